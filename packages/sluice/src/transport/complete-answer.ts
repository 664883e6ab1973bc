import type { ApiResponse } from '../http/response.ts'
import { checkTransferCoding, headStands } from './answer.ts'
import { decodeBody, salvageBody } from './decode-body.ts'

/**
 * Decodes the body of a response.
 *
 * @throws BodyError if a successful body cannot be decoded. An unsuccessful one keeps what can be decoded.
 */
export function completeAnswer(answer: ApiResponse, maxBody: number): ApiResponse | Promise<ApiResponse> {
  const { status, headers, body } = answer
  if (!headStands(status)) checkTransferCoding(status, headers)
  const encoding = headers['content-encoding']
  // A part of an encoded body cannot be decoded, so it is returned unchanged.
  if (encoding === undefined || status === 206 || body.byteLength === 0) return answer
  const decoding = headStands(status)
    ? salvageBody(body, encoding, maxBody)
    : decodeBody(body, encoding, maxBody, status)
  return decoding.then((decoded) => ({ status, headers, body: decoded }))
}
