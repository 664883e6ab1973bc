import { JsonTooDeepError } from '../http/json/nesting.ts'
import { type BigNumbers, parseJson } from '../http/json/parse-json.ts'
import { isStreamForm, type ReadAs } from '../http/request.ts'
import type { ApiResponse } from '../http/response.ts'
import { isJsonType } from '../http/response.ts'
import { BodyError } from '../transport/errors.ts'
import { streamOf, streamValue } from './streams/stream-value.ts'

/**
 * The body as a value. With `'auto'`: JSON and text by the content type, `undefined` for an empty body, bytes otherwise.
 *
 * @throws BodyError if it is not JSON though it says so, or was requested as JSON, or is nested too deep.
 */
export function readValue(response: ApiResponse, readAs: ReadAs, bigNumbers: BigNumbers = 'number'): unknown {
  const { body } = response
  const contentType = response.headers['content-type'] ?? ''
  if (readAs === 'bytes') return body
  if (readAs === 'text') return decodeText(body, contentType)
  if (readAs === 'json') return jsonOf(response, bigNumbers)
  if (isStreamForm(readAs)) return streamValue(streamOf(body), readAs, { status: response.status, bigNumbers })
  if (body.byteLength === 0) return undefined
  if (isJsonType(contentType)) return jsonOf(response, bigNumbers)
  return isText(contentType) ? decodeText(body, contentType) : body
}

/** @throws BodyError */
export function jsonOf(response: Pick<ApiResponse, 'body' | 'status'>, bigNumbers: BigNumbers): unknown {
  try {
    return parseJson(utf8Text(response.body), bigNumbers)
  } catch (error) {
    if (error instanceof JsonTooDeepError) {
      const message = `${error.message}; readAs: 'text' or 'bytes' returns it unparsed`
      throw new BodyError('SLUICE_TOO_DEEP', message, response.status, error)
    }
    const message = `the body of ${response.body.byteLength} bytes is not JSON`
    throw new BodyError('SLUICE_NOT_JSON', message, response.status, error)
  }
}

const utf8 = new TextDecoder()

/** The same as a decoder, but in half the time for what a socket gives; a mark at the beginning is the rare case. */
function utf8Text(bytes: Uint8Array): string {
  return bytes instanceof Buffer && bytes[0] !== 0xef ? bytes.toString('utf8') : utf8.decode(bytes)
}

function decodeText(body: Uint8Array, contentType: string): string {
  const charset = /;\s*charset\s*=\s*"?([^\s";]+)/i.exec(contentType)?.[1]
  if (charset === undefined || /^utf-?8$/i.test(charset)) return utf8.decode(body)
  try {
    return new TextDecoder(charset).decode(body)
  } catch {
    // An unknown name: UTF-8 is the best guess.
    return utf8.decode(body)
  }
}

function isText(contentType: string): boolean {
  return /^\s*(text\/|application\/(xml|javascript|x-www-form-urlencoded|x-ndjson|jsonl|yaml|graphql)|[^\s;][^;]*\+(xml|yaml)|$)/i.test(
    contentType,
  )
}
