import type { SluiceError } from '../../errors/sluice-error.ts'
import { type ApiResponse, statusLine } from '../../http/response.ts'
import { AuthError } from '../errors.ts'
import type { FetchedToken } from './token-source.ts'

/**
 * Parses the response of a token server (RFC 6749 section 5.1).
 *
 * @throws AuthError that states the problem and quotes nothing of the response.
 */
export function readTokenAnswer(body: string): FetchedToken {
  const answer = parseObject(body)
  if (answer === undefined) throw wrong('is not a JSON object')
  const { access_token: token, token_type: type, expires_in: time } = answer
  if (typeof token !== 'string' || token === '') throw wrong('has no access_token')
  // Some servers omit the type, although it is required.
  const isBearer = type === undefined || (typeof type === 'string' && type.toLowerCase() === 'bearer')
  if (!isBearer) throw wrong('has a token_type that is not Bearer')
  if (time === undefined || time === null) return { token }
  // Some servers send it as text.
  const seconds = typeof time === 'string' && /^\d+$/.test(time) ? Number(time) : time
  if (typeof seconds !== 'number' || !(seconds >= 0)) throw wrong('has an expires_in that is not a number of seconds')
  return { token, expiresIn: Math.min(seconds * 1_000, Number.MAX_SAFE_INTEGER) }
}

/** Meanings of the codes of section 5.2. The server's own descriptions may contain anything. */
const meanings: ReadonlyMap<unknown, string> = new Map([
  ['invalid_request', 'the request is malformed'],
  ['invalid_client', 'the client is unknown, or its secret is wrong'],
  ['invalid_grant', 'the grant is invalid or expired'],
  ['unauthorized_client', 'this client may not use this grant'],
  ['unsupported_grant_type', 'client credentials are not supported'],
  ['invalid_scope', 'the scope is unknown, or exceeds what the client may request'],
])

/** Error for a refusal by a token server; undefined if the response does not state the reason. */
export function tokenRefusal({ status, body }: ApiResponse, cause: SluiceError): AuthError | undefined {
  const code = parseObject(new TextDecoder().decode(body))?.error
  const meaning = meanings.get(code)
  if (meaning === undefined) return undefined
  return new AuthError(`no token: the token server answers ${statusLine(status)}, ${code}: ${meaning}`, cause)
}

function wrong(what: string): AuthError {
  return new AuthError(`no token: the response of the token server ${what}`)
}

function parseObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>
  } catch {
    // Not JSON: the caller reports it.
  }
  return undefined
}
