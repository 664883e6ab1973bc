import { handled, soundThrown } from '../errors/message-of.ts'
import { copyOfBytes } from '../http/request.ts'
import { BodySourceError } from './errors.ts'

/** Creates the body of a request for each attempt. */
type BodySource = () => AsyncIterable<Uint8Array>

/**
 * Body of one attempt, from the caller's source. An error of the source ends the upload with a `BodySourceError`, so that it is
 * not taken for one of the server.
 */
export class Upload implements AsyncIterable<Uint8Array> {
  readonly #make: BodySource
  #source: unknown
  #iterator: AsyncIterator<unknown> | undefined
  /** True for a stream, which hands its chunks over. Other sources may fill the same buffer again. */
  #isStream = false
  #isClosed = false
  #fault: BodySourceError | undefined

  constructor(make: BodySource) {
    this.#make = make
  }

  /** Error of the source, if it failed. */
  get fault(): BodySourceError | undefined {
    return this.#fault
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void, undefined> {
    try {
      const iterator = this.#open()
      for (;;) {
        const { done, value } = await iterator.next()
        if (done === true) break
        const chunk = chunkOf(value)
        // An empty chunk may be a buffer that was transferred.
        yield this.#isStream && chunk.byteLength > 0 ? chunk : copyOfBytes(chunk)
      }
      this.#isClosed = true
    } catch (thrown) {
      const error = soundThrown(thrown)
      this.#fault = error instanceof BodySourceError ? error : new BodySourceError(error)
      throw this.#fault
    } finally {
      this.close()
    }
  }

  /** Ends the source. Its errors no longer matter. */
  close(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    try {
      Promise.resolve(this.#iterator?.return?.()).catch(noop)
      if (hasMethod(this.#source, 'destroy')) this.#source.destroy()
    } catch {}
  }

  #open(): AsyncIterator<unknown> {
    this.#source = handled(this.#make())
    const source = this.#source as { readonly [key: symbol]: unknown } | null | undefined
    // A stream that fails without a listener would end the process.
    if (hasMethod(source, 'on')) source.on('error', noop)
    const open = typeof source === 'object' ? (source?.[Symbol.asyncIterator] ?? source?.[Symbol.iterator]) : undefined
    if (typeof open !== 'function') {
      throw new BodySourceError(new TypeError('the body function must return an async iterable of bytes'))
    }
    const iterator = open.call(source) as AsyncIterator<unknown>
    this.#iterator = iterator
    this.#isStream = hasMethod(source, 'getReader') || hasMethod(source, 'destroy')
    if ((iterator as unknown) === source || this.#isStream) checkUnread(source!)
    return iterator
  }
}

/** Streams and generators that were opened: they can be read only once. */
const opened = new WeakSet<object>()

/** @throws BodySourceError for a stream of an earlier attempt or request, which would send an empty body */
function checkUnread(source: object): void {
  if (opened.has(source))
    throw new BodySourceError(
      new TypeError('the stream was read before: the body function must return a new one for each attempt'),
    )
  opened.add(source)
}

function chunkOf(value: unknown): Uint8Array {
  if (value instanceof Uint8Array) return value
  if (typeof value === 'string') return new TextEncoder().encode(value)
  throw new BodySourceError(new TypeError(`expected bytes from the body's source, got ${typeof value}`))
}

function hasMethod<Name extends string>(
  value: unknown,
  name: Name,
): value is Record<Name, (...given: unknown[]) => unknown> {
  return typeof value === 'object' && value !== null && typeof (value as Record<string, unknown>)[name] === 'function'
}

function noop(): void {}
