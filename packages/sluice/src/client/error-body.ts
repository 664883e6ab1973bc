import type { SluiceError } from '../errors/sluice-error.ts'
import { isJsonType } from '../http/response.ts'
import { ResponseError } from './errors.ts'

/** Maximum number of characters retained of an error body. */
const longest = 4_096

/** Body of an error response. */
export interface ErrorBody {
  /** `json` for complete JSON, by its content type. */
  readonly kind: 'json' | 'text'
  readonly bytes: Uint8Array
}

/**
 * Returns the beginning of a text or JSON body of an error response, with the credentials of the call and the matches
 * of `redact` masked. Undefined for other bodies, and for calls about credentials.
 */
export function errorBody(error: SluiceError, redact: (text: string) => string): ErrorBody | undefined {
  if (!(error instanceof ResponseError)) return undefined
  const { headers, body } = error.response
  const type = headers['content-type'] ?? ''
  if (body.byteLength === 0 || !/^$|^\s*text\/|json|xml|javascript|x-www-form-urlencoded/i.test(type)) return undefined
  const { mask = (text: string) => text } = error as { readonly mask?: (text: string) => string }
  // Reads more than is retained, so that a secret at the end is masked as a whole.
  const whole = new TextDecoder().decode(body.subarray(0, 8 * longest))
  const text = redact(mask(whole)).slice(0, longest)
  if (text === '') return undefined
  return { kind: isJsonType(type) && isJson(text) ? 'json' : 'text', bytes: new TextEncoder().encode(text) }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
