import { type DecodedText, decodeJsonText, decodeText } from '../http/decode-text.ts'
import { JsonTooDeepError } from '../http/json/nesting.ts'
import { type BigNumbers, parseJson } from '../http/json/parse-json.ts'
import { type ApiRequest, isStreamForm, type ReadAs } from '../http/request.ts'
import type { ApiResponse } from '../http/response.ts'
import { isJsonType } from '../http/response.ts'
import { returnedBy, workOf } from '../policies/work.ts'
import { BodyError } from '../transport/errors.ts'
import { streamOf, streamValue } from './streams/stream-value.ts'

/**
 * Parses a body. With `'auto'`: JSON or text by content type, `undefined` for an empty body, otherwise bytes. A text
 * body that is invalid in its charset is returned as bytes.
 *
 * @throws BodyError if a body declared or requested as JSON is not JSON, or is nested too deep; or if a body requested
 * as text has bytes that are invalid in its charset.
 */
export function readValue(response: ApiResponse, readAs: ReadAs, bigNumbers: BigNumbers = 'number'): unknown {
  const { body } = response
  const contentType = response.headers['content-type'] ?? ''
  if (readAs === 'bytes') return body
  if (readAs === 'text') return textOf(response)
  if (readAs === 'json') return jsonOf(response, bigNumbers)
  if (isStreamForm(readAs)) return streamValue(streamOf(body), readAs, { status: response.status, bigNumbers })
  if (body.byteLength === 0) return undefined
  if (isJsonType(contentType)) return jsonOf(response, bigNumbers)
  if (!isText(contentType)) return body
  const decoded = decodeText(body, contentType)
  return decoded.ok ? decoded.text : body
}

/** Values that were parsed before their result was created, by body. */
const readBefore = new WeakMap<Uint8Array, unknown>()

/** Value from which a cost is read: of the result, or returned by a function; undefined if there is none. */
export function costedValue(request: ApiRequest, response: ApiResponse, bigNumbers: BigNumbers): unknown {
  if (workOf(request) !== undefined) return returnedBy(response)
  if (isStreamForm(request.readAs) || response.body.byteLength === 0) return undefined
  try {
    const value = readValue(response, request.readAs, request.bigNumbers ?? bigNumbers)
    readBefore.set(response.body, value)
    return value
  } catch {
    // If the value is needed for the result, the result reports the error.
    return undefined
  }
}

/** Value of a response, parsed at most once. @throws BodyError as `readValue` */
export function readValueOnce(response: ApiResponse, readAs: ReadAs, bigNumbers: BigNumbers): unknown {
  if (!readBefore.has(response.body)) return readValue(response, readAs, bigNumbers)
  const value = readBefore.get(response.body)
  readBefore.delete(response.body)
  return value
}

/** @throws BodyError */
function textOf({ body, headers, status }: ApiResponse): string {
  const decoded = decodeText(body, headers['content-type'] ?? '')
  if (decoded.ok) return decoded.text
  const message = `${whyNoText(body, decoded)}; readAs: 'bytes' returns it as it is`
  throw new BodyError('SLUICE_NOT_TEXT', message, status)
}

function whyNoText({ byteLength }: Uint8Array, { charset }: Extract<DecodedText, { ok: false }>): string {
  return `the body of ${byteLength} bytes is not ${charset}`
}

/** @throws BodyError */
export function jsonOf(response: ApiResponse, bigNumbers: BigNumbers): unknown {
  const decoded = decodeJsonText(response.body, response.headers['content-type'] ?? '')
  if (!decoded.ok) {
    const message = `${whyNoText(response.body, decoded)}, and JSON must be; readAs: 'bytes' returns it as it is`
    throw new BodyError('SLUICE_NOT_JSON', message, response.status)
  }
  try {
    return parseJson(decoded.text, bigNumbers)
  } catch (error) {
    if (error instanceof JsonTooDeepError) {
      const message = `${error.message}; readAs: 'text' or 'bytes' returns it unparsed`
      throw new BodyError('SLUICE_TOO_DEEP', message, response.status, error)
    }
    const message = `the body of ${response.body.byteLength} bytes is not JSON`
    throw new BodyError('SLUICE_NOT_JSON', message, response.status, error)
  }
}

function isText(contentType: string): boolean {
  return /^\s*(text\/|application\/(xml|javascript|x-www-form-urlencoded|x-ndjson|jsonl|yaml|graphql)|[^\s;][^;]*\+(xml|yaml)|$)/i.test(
    contentType,
  )
}
