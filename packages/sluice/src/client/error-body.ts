import type { SluiceError } from '../errors/sluice-error.ts'
import { isJsonType } from '../http/response.ts'
import { ResponseError } from './errors.ts'

/** Characters that are kept of what a server says about a failure. */
const longest = 4_096

/** Words of a server about a failure. */
export interface ErrorBody {
  /** `json` for whole JSON, by its content type. */
  readonly kind: 'json' | 'text'
  readonly bytes: Uint8Array
}

/**
 * The body of an answer with an error status: text or JSON, its beginning, without the credentials of the call and what
 * `redact` masks. Nothing for other bodies, and where the call was itself about credentials.
 */
export function errorBody(error: SluiceError, redact: (text: string) => string): ErrorBody | undefined {
  if (!(error instanceof ResponseError)) return undefined
  const { headers, body } = error.response
  const type = headers['content-type'] ?? ''
  if (body.byteLength === 0 || !/^$|^\s*text\/|json|xml|javascript|x-www-form-urlencoded/i.test(type)) return undefined
  const { mask = (text: string) => text } = error as { readonly mask?: (text: string) => string }
  // More is read than is kept, so that a secret at the end is masked as a whole.
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
