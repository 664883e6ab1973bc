import { type Answer, json, type Question } from '../../faults/answer.ts'
import { notStored, tokenAnswer } from './sign-in.ts'
import type { Tokens } from './tokens.ts'

const clientId = 'practice-client'
const clientSecret = 'practice-secret'

/** `POST /catalogue/token`: the token endpoint of OAuth 2.0 (RFC 6749), errors as in its section 5.2. */
export function tokenEndpoint(tokens: Tokens): (question: Question) => Answer {
  return (question) => {
    const form = readForm(question)
    if (form === undefined) {
      return refused('invalid_request', 'expected a form: application/x-www-form-urlencoded, each field once')
    }
    const client = clientOf(question, form)
    if (client === 'twice') return refused('invalid_request', 'the client sends its credentials in two ways')
    if (client === 'wrong') return wrongClient(question)
    switch (form.get('grant_type')) {
      case null:
        return refused('invalid_request', 'grant_type is missing')
      case 'client_credentials':
        if (client === 'unknown') return wrongClient(question)
        return tokenAnswer(tokens, tokens.issue(false))
      case 'refresh_token': {
        const token = form.get('refresh_token')
        if (token === null) return refused('invalid_request', 'refresh_token is missing')
        if (!tokens.use(token)) return refused('invalid_grant', 'no such refresh token, or it was used before')
        return tokenAnswer(tokens, tokens.issue(true))
      }
      default:
        return refused('unsupported_grant_type', 'the grant types are refresh_token and client_credentials')
    }
  }
}

function readForm({ headers, body }: Question): URLSearchParams | undefined {
  if (!/^\s*application\/x-www-form-urlencoded\s*(;|$)/i.test(headers['content-type'] ?? '')) return undefined
  const form = new URLSearchParams(Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8'))
  return new Set(form.keys()).size === form.size ? form : undefined
}

/** Result of client authentication, by Basic or in the form. */
function clientOf({ headers }: Question, form: URLSearchParams): 'right' | 'wrong' | 'unknown' | 'twice' {
  const inForm = form.has('client_id') || form.has('client_secret')
  const { authorization } = headers
  if (authorization !== undefined && form.has('client_secret')) return 'twice'
  const [id, secret] =
    authorization === undefined ? [form.get('client_id'), form.get('client_secret')] : basicOf(authorization)
  if (authorization === undefined && !inForm) return 'unknown'
  return id === clientId && secret === clientSecret ? 'right' : 'wrong'
}

/** Name and secret are form-encoded before they are joined (RFC 6749 section 2.3.1). */
function basicOf(authorization: string): (string | undefined)[] {
  const encoded = /^basic +(\S+) *$/i.exec(authorization)?.[1] ?? ''
  const text = Buffer.from(encoded, 'base64').toString('utf8')
  const at = text.indexOf(':')
  if (at < 0) return []
  return [text.slice(0, at), text.slice(at + 1)].map((part) => new URLSearchParams(`x=${part}`).get('x') ?? '')
}

function wrongClient({ headers }: Question): Answer {
  const challenge = headers.authorization === undefined ? {} : { 'www-authenticate': 'Basic realm="practice"' }
  return refused('invalid_client', `the client is ${clientId} with ${clientSecret}`, 401, challenge)
}

function refused(
  error: string,
  description: string,
  status = 400,
  headers: Readonly<Record<string, string>> = {},
): Answer {
  return json(status, { error, error_description: description }, { ...notStored, ...headers })
}
