import { oneOf, optionalText } from '../../errors/checks.ts'
import { SettingsError } from '../../errors/settings-error.ts'
import { SluiceError } from '../../errors/sluice-error.ts'
import type { RequestSpec } from '../../http/request.ts'
import type { ApiResponse } from '../../http/response.ts'
import type { Auth } from './auth.ts'
import { basicCredentials } from './basic-auth.ts'
import { readTokenAnswer, tokenRefusal } from './token-answer.ts'
import { tokenAuth } from './token-auth.ts'

/** Client credentials and the token endpoint. */
export interface ClientCredentialsOptions {
  /** Absolute URL of the token endpoint. Must be https except in tests. */
  readonly tokenUrl: string | URL
  /** Id of this program at the token server. */
  readonly clientId: string
  /** Secret of this program. Appears in no event, error, log or store. */
  readonly clientSecret: string
  /** One or more scopes, separated by spaces. @default the server's */
  readonly scope?: string | undefined
  /** Audience of the token, for servers that require it. @default none */
  readonly audience?: string | undefined
  /** Where id and secret are sent: the header, which every server supports, or the body. @default 'header' */
  readonly credentialsIn?: 'header' | 'body' | undefined
}

/**
 * Fetches OAuth 2 tokens with client credentials (RFC 6749 section 4.4), when needed and before they expire.
 *
 * @throws SettingsError if an option is invalid.
 */
export function clientCredentialsAuth(options: ClientCredentialsOptions): Auth {
  const request = tokenRequest(options)
  return tokenAuth({
    async fetchToken({ send }) {
      try {
        // Read as text: the error of a JSON parser would quote the unreadable text, which contains a token.
        const { value } = await send<string>({ ...request, readAs: 'text' })
        return readTokenAnswer(value)
      } catch (error) {
        throw refusalOf(error) ?? error
      }
    },
  })
}

function tokenRequest(options: ClientCredentialsOptions): RequestSpec {
  const { clientId, clientSecret, scope, audience } = options
  for (const [name, value] of Object.entries({ clientId, clientSecret })) {
    if (typeof value !== 'string' || value === '') throw new SettingsError(`clientCredentialsAuth: expected ${name}`)
  }
  const isInHeader = oneOf('credentialsIn', options.credentialsIn ?? 'header', ['header', 'body']) === 'header'
  const form = new URLSearchParams({ grant_type: 'client_credentials' })
  if (scope !== undefined) form.set('scope', optionalText('clientCredentialsAuth: scope', scope)!)
  if (audience !== undefined) form.set('audience', optionalText('clientCredentialsAuth: audience', audience)!)
  if (!isInHeader) {
    form.set('client_id', clientId)
    form.set('client_secret', clientSecret)
  }
  return {
    url: checkedUrl(options.tokenUrl),
    method: 'POST',
    headers: {
      accept: 'application/json',
      'content-type': 'application/x-www-form-urlencoded',
      // Section 2.3.1: both are form-encoded before they are joined.
      ...(isInHeader ? { authorization: basicCredentials(asInForm(clientId), asInForm(clientSecret)) } : undefined),
    },
    body: String(form),
  }
}

function asInForm(text: string): string {
  return String(new URLSearchParams({ '': text })).slice(1)
}

function checkedUrl(tokenUrl: unknown): string {
  const text = String(tokenUrl)
  const url = URL.canParse(text) ? new URL(text) : undefined
  const isFit = url !== undefined && /^https?:$/.test(url.protocol) && url.username === '' && url.password === ''
  if (isFit) return url.href
  throw new SettingsError('clientCredentialsAuth: expected tokenUrl to be an http or https URL without credentials')
}

/** Error for a response in which the token server states why it refuses; undefined for other errors. */
function refusalOf(error: unknown): SluiceError | undefined {
  if (!(error instanceof SluiceError) || !('response' in error)) return undefined
  return tokenRefusal(error.response as ApiResponse, error)
}
