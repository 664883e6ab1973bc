import { openSha256, type Sha256, sha256, textOf } from '#platform'
import { type BulkSource, itemOf, openSource, type SourceItem, type SourceIterator } from '../client/bulk/source.ts'
import { unexpected } from '../errors/settings-error.ts'
import type { RequestInput } from '../http/request.ts'
import { type ReadingMark, type RunSource, SourceChangedError, type SourceReading } from './run-source.ts'

/**
 * Source of a run: a list; a function that returns the same requests on each call; any other iterable of requests,
 * which is stored as it is read; or a custom source.
 */
export type RunInput = BulkSource | (() => BulkSource) | RunSource

/** Converts the input of a run to a source. @throws SettingsError if it cannot be read. */
export function sourceOf(input: RunInput): RunSource {
  if (typeof input === 'function') return iterableSource('function', true, input)
  if (Array.isArray(input)) {
    const source = iterableSource(`list of ${input.length}`, true, () => input as RequestInput[])
    return { ...source, total: input.length }
  }
  if (typeof input === 'object' && input !== null) {
    if ('read' in input && typeof input.read === 'function') return input as RunSource
    return iterableSource('stream', false, () => input as BulkSource)
  }
  throw unexpected('source', 'a list of requests, an iterable of them, or a function that returns one', input)
}

function iterableSource(identity: string, isRepeatable: boolean, open: () => BulkSource): RunSource {
  return {
    name: identity,
    identity,
    isRepeatable,
    read: (mark) => new IterableReading(identity, openSource(open()), mark),
  }
}

/** Reads an iterable. A mark holds the number of items so far and their digest, by which a resume compares them. */
class IterableReading implements SourceReading {
  readonly #name: string
  readonly #items: SourceIterator
  readonly #fingerprint = new Fingerprint()
  #count = 0
  /** Number of items that were read only to compare them. */
  #skipped = 0
  #goesOnFrom: { readonly count: number; readonly digest: string } | undefined

  constructor(name: string, items: SourceIterator, mark: string | undefined) {
    this.#name = name
    this.#items = items
    this.#goesOnFrom = mark === undefined ? undefined : JSON.parse(mark)
  }

  next(): IteratorResult<SourceItem, undefined> | Promise<IteratorResult<SourceItem, undefined>> {
    if (this.#goesOnFrom !== undefined) return this.#skip().then(() => this.next())
    const next = this.#items.next()
    return 'then' in next ? next.then((result) => this.#taken(result)) : this.#taken(next)
  }

  lastMark(): ReadingMark {
    const mark = JSON.stringify({ count: this.#count, digest: this.#fingerprint.digest })
    return { items: this.#count - this.#skipped, mark }
  }

  close(): void {
    try {
      Promise.resolve(this.#items.return?.()).catch(() => {})
    } catch {
      // Errors of a source that is being closed have no effect.
    }
  }

  async #skip(): Promise<void> {
    const { count, digest } = this.#goesOnFrom!
    this.#goesOnFrom = undefined
    this.#skipped = count
    while (this.#count < count) {
      const next = await this.#items.next()
      if (next.done === true) {
        throw new SourceChangedError(this.#name, `it has ${this.#count} items now, but ${count} had been read`)
      }
      this.#taken(next)
    }
    if (this.#fingerprint.digest !== digest) {
      throw new SourceChangedError(this.#name, `its first ${count} items differ from when the run started`)
    }
  }

  #taken(next: IteratorResult<RequestInput | SourceItem>): IteratorResult<SourceItem, undefined> {
    if (next.done === true) return { done: true, value: undefined }
    const item = itemOf(next.value)
    this.#count++
    this.#fingerprint.add(item)
    return { done: false, value: item }
  }
}

/** SHA-256 digest of a sequence of items, which identifies the sequence. */
class Fingerprint {
  readonly #hash: Sha256 = openSha256()

  add(item: SourceItem): void {
    this.#hash.update('request' in item ? `${requestText(item.request)}\n` : `bad ${item.id}\n`)
  }

  /** Digest of the items so far; more may follow. */
  get digest(): string {
    return textOf(this.#hash.copy().digest(), 'base64url')
  }
}

function requestText(request: RequestInput): string {
  try {
    return typeof request === 'string' ? request : (JSON.stringify(request, plain) ?? '')
  } catch {
    // A getter that throws, or a cycle: the item fails alone, when it is prepared.
    return 'unreadable'
  }
}

/** Replaces bytes with a digest, which takes a tenth of the time of JSON, and bigint with text. */
function plain(_name: string, value: unknown): unknown {
  if (typeof value === 'bigint') return `${value}n`
  return value instanceof Uint8Array ? textOf(sha256(value), 'base64url') : value
}
