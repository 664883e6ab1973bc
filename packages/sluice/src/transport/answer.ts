import type { ApiResponse } from '../http/response.ts'
import { decodeBody, salvageBody } from './decode-body.ts'
import { BodyError } from './errors.ts'

/**
 * From this status on an answer says all that matters in its head: a redirect, a refusal, an error. A body that is broken, too
 * large or without an end takes nothing from it: it is what could be read.
 */
const firstUnsuccessful = 300

/** Bytes read of the body of an unsuccessful answer that announces more than `maxBody`. */
const usefulBody = 64 * 1024

/** Time for the body of an unsuccessful answer, from its head on, in ms. */
export const unsuccessfulBodyTime = 1_000

/** Whether the head of an answer stands without its body. */
export function headStands(status: number): boolean {
  return status >= firstUnsuccessful
}

/** How many bytes are read of a body. `announced` is NaN if the server has not said how many there are. */
export function bodyLimit(status: number, announced: number, maxBody: number): number {
  return headStands(status) && announced > maxBody ? Math.min(usefulBody, maxBody) : maxBody
}

/** The error for the body of a successful answer that is larger than allowed. */
export function tooLarge(size: string, maxBody: number, status: number): BodyError {
  return new BodyError(
    'SLUICE_BODY_TOO_LARGE',
    `the body has ${size}, which is beyond the limit of ${maxBody} (maxBody)`,
    status,
  )
}

/**
 * The answer with its body decoded.
 *
 * @throws BodyError if a successful answer is encoded in a way that cannot be undone. An unsuccessful one keeps what can be read.
 */
export function completeAnswer(
  status: number,
  headers: Readonly<Record<string, string>>,
  body: Uint8Array,
  maxBody: number,
): ApiResponse | Promise<ApiResponse> {
  const coding = headers['transfer-encoding']
  if (coding !== undefined && !headStands(status) && !/^\s*chunked\s*$/i.test(coding)) {
    const message = `the body has the transfer coding ${JSON.stringify(coding)}, which was not asked for`
    throw new BodyError('SLUICE_BAD_ENCODING', message, status)
  }
  const encoding = headers['content-encoding']
  // A part of an encoded body cannot be decoded: it is handed over as it came, with its encoding.
  if (encoding === undefined || status === 206 || body.byteLength === 0) return { status, headers, body }
  const decoding = headStands(status)
    ? salvageBody(body, encoding, maxBody)
    : decodeBody(body, encoding, maxBody, status)
  return decoding.then((decoded) => ({ status, headers, body: decoded }))
}

/** The most that is reserved ahead for a body whose length the server has announced, in bytes. */
const longestReserve = 1024 * 1024

/**
 * The bytes of a body as they come, in one buffer that grows: a body takes at most twice its size, however small its chunks.
 * A body that comes whole is not copied.
 */
export class BodyBuffer {
  #bytes: Uint8Array = empty
  #size = 0

  /** Bytes so far. */
  get size(): number {
    return this.#size
  }

  /** Adds a chunk. `announced` is the length of the whole body, if the server has said it. */
  add(chunk: Uint8Array, announced = 0): void {
    const size = this.#size + chunk.byteLength
    if (this.#size === 0) this.#bytes = chunk
    else {
      // The first chunk is not ours to write into, and has no room.
      if (size > this.#bytes.byteLength)
        this.#grow(Math.max(size, 2 * this.#size, announced > 0 ? Math.min(announced, longestReserve) : 0))
      this.#bytes.set(chunk, this.#size)
    }
    this.#size = size
  }

  /** The bytes so far. What is added later does not change them. */
  take(): Uint8Array {
    const { byteLength } = this.#bytes
    return byteLength === this.#size ? this.#bytes : this.#bytes.subarray(0, this.#size)
  }

  #grow(capacity: number): void {
    const grown = Buffer.allocUnsafeSlow(capacity)
    grown.set(this.#bytes.subarray(0, this.#size))
    this.#bytes = grown
  }
}

const empty = new Uint8Array()

/** Field names in lower case, with one value or, if the field came more than once, all of them. */
export type IncomingHeaders = Readonly<Record<string, string | string[] | undefined>>

/**
 * One value for each field: those that came more than once are joined, and `set-cookie` with line breaks. The same value twice
 * is one, as two servers on the way add it: a list says the same with it once. Only a coding may have been applied twice.
 */
export function joinHeaders(headers: IncomingHeaders): Record<string, string> {
  const joined: Record<string, string> = {}
  for (const name of Object.keys(headers)) {
    const value = headers[name]
    if (value === undefined) continue
    joined[name] = typeof value === 'string' ? value : join(name, value)
  }
  return joined
}

function join(name: string, values: readonly string[]): string {
  if (name === 'set-cookie') return values.join('\n')
  return (name.endsWith('-encoding') ? values : [...new Set(values)]).join(', ')
}
