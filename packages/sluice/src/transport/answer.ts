import type { ApiResponse } from '../http/response.ts'
import { decodeBody } from './decode-body.ts'
import { BodyError } from './errors.ts'
import { salvageBody } from './salvage-body.ts'

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
