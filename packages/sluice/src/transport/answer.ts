import { allocate } from '#platform'
import { BodyError } from './errors.ts'

/**
 * First status for which the head alone is enough: redirects, refusals, errors. Such a response keeps whatever part of
 * its body could be read, even if that is malformed, too large or endless.
 */
export const firstUnsuccessful = 300

/** Maximum bytes read of an unsuccessful body whose content-length exceeds `maxBody`. */
const usefulBody = 64 * 1024

/** Time limit in milliseconds for the body of an unsuccessful response, from its head on. */
export const unsuccessfulBodyTime = 1_000

/** True if a response is usable without its body. */
export function headStands(status: number): boolean {
  return status >= firstUnsuccessful
}

/** Maximum bytes to read of a body. `announced` is NaN without a content-length. */
export function bodyLimit(status: number, announced: number, maxBody: number): number {
  return headStands(status) && announced > maxBody ? Math.min(usefulBody, maxBody) : maxBody
}

/** Error for a successful body that exceeds `maxBody`. */
export function tooLarge(size: string, maxBody: number, status: number): BodyError {
  return new BodyError(
    'SLUICE_BODY_TOO_LARGE',
    `the body has ${size}, more than the limit of ${maxBody} (maxBody)`,
    status,
  )
}

/** @throws BodyError if a response has a transfer coding other than `chunked` */
export function checkTransferCoding(
  status: number,
  { 'transfer-encoding': coding }: Readonly<Record<string, string>>,
): void {
  if (isKnownTransferCoding(coding)) return
  const message = `the body has the transfer coding ${JSON.stringify(coding)}, which was not requested`
  throw new BodyError('SLUICE_BAD_ENCODING', message, status)
}

/** True for `chunked`, or no transfer coding. */
export function isKnownTransferCoding(coding: string | undefined): boolean {
  return coding === undefined || /^\s*chunked\s*$/i.test(coding)
}

/** Maximum bytes reserved up front for a body with a content-length. */
const longestReserve = 1024 * 1024

/**
 * A growing buffer for a body: at most twice its size, however small the chunks. A body in one chunk is not copied.
 */
export class BodyBuffer {
  #bytes: Uint8Array = empty
  #size = 0

  /** Number of bytes so far. */
  get size(): number {
    return this.#size
  }

  /** Adds a chunk. `announced` is the content-length, if there is one. */
  add(chunk: Uint8Array, announced = 0): void {
    const size = this.#size + chunk.byteLength
    if (this.#size === 0) this.#bytes = chunk
    else {
      // The first chunk belongs to the caller, and has no spare room.
      if (size > this.#bytes.byteLength)
        this.#grow(Math.max(size, 2 * this.#size, announced > 0 ? Math.min(announced, longestReserve) : 0))
      this.#bytes.set(chunk, this.#size)
    }
    this.#size = size
  }

  /** Bytes so far. Later additions do not change them. */
  take(): Uint8Array {
    const { byteLength } = this.#bytes
    return byteLength === this.#size ? this.#bytes : this.#bytes.subarray(0, this.#size)
  }

  #grow(capacity: number): void {
    const grown = allocate(capacity)
    grown.set(this.#bytes.subarray(0, this.#size))
    this.#bytes = grown
  }
}

const empty = new Uint8Array()

/** Headers by lower-case name, with one value, or all values of a repeated header. */
export type IncomingHeaders = Readonly<Record<string, string | string[] | undefined>>

/**
 * Joins repeated headers with commas, `set-cookie` with line breaks. Equal values are merged, since proxies add them
 * again, unless `keepsRepeated`; only a coding may really have been applied twice. A response has one `location`: the
 * first, since a comma may be a part of a URL.
 */
export function joinHeaders(headers: IncomingHeaders, keepsRepeated = false): Record<string, string> {
  const joined: Record<string, string> = {}
  for (const name of Object.keys(headers)) {
    const value = headers[name]
    if (value === undefined) continue
    joined[name] = typeof value === 'string' ? value : join(name, value, keepsRepeated)
  }
  return joined
}

function join(name: string, values: readonly string[], keepsRepeated: boolean): string {
  if (name === 'set-cookie') return values.join('\n')
  if (name === 'location' && !keepsRepeated) return values[0]!
  return (keepsRepeated || name.endsWith('-encoding') ? values : [...new Set(values)]).join(', ')
}
