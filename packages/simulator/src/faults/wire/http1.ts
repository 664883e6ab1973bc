import { STATUS_CODES } from 'node:http'
import type { PlannedAnswer, RawBytes } from '../plan.ts'

export type Fields = readonly (readonly [name: string, value: string])[]

/** Headers of a planned response. */
export function fieldsOf({ headers }: PlannedAnswer): Fields {
  return Object.entries(headers)
}

export function lengthOf(body: Uint8Array): Fields {
  return [['content-length', String(body.byteLength)]]
}

export const chunkedField: Fields = [['transfer-encoding', 'chunked']]

interface HeadForm {
  readonly version?: string
  readonly lineEnd?: string
}

/** Bytes of a head, including the empty line at its end. */
export function head(
  status: number,
  fields: Fields,
  { version = 'HTTP/1.1', lineEnd = '\r\n' }: HeadForm = {},
): Buffer {
  const lines = [
    `${version} ${status} ${STATUS_CODES[status] ?? ''}`,
    ...fields.map(([name, value]) => `${name}: ${value}`),
  ]
  return Buffer.from(`${lines.join(lineEnd)}${lineEnd}${lineEnd}`, 'latin1')
}

/** One chunk of a chunked body; an empty one ends the body. */
export function chunk(bytes: Uint8Array, extension = ''): Buffer {
  return Buffer.concat([Buffer.from(`${bytes.byteLength.toString(16)}${extension}\r\n`), bytes, lineBreak])
}

const lineBreak: Uint8Array = Buffer.from('\r\n')

/** Body of a response as one buffer. */
export function bodyOf({ body }: PlannedAnswer): Buffer {
  return Buffer.concat([...body.chunks])
}

/** The first half of some bytes. */
export function halfOf(bytes: Buffer): Buffer {
  return bytes.subarray(0, bytes.byteLength >> 1)
}

/** The intact response, with `content-length`. */
export function usual(answer: PlannedAnswer, more: Fields = []): Buffer[] {
  const body = bodyOf(answer)
  return [head(answer.status, [...fieldsOf(answer), ...lengthOf(body), ...more]), body]
}

/** Bytes written without pauses. */
export function raw(chunks: Iterable<Uint8Array>, ending: RawBytes['ending'] = 'end'): RawBytes {
  return { chunks, every: 0, ending }
}
