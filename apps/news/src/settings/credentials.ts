import { readFileSync } from 'node:fs'
import { type Auth, SettingsError } from 'sluice'
import { apiKeyAuth, basicAuth, bearerAuth } from 'sluice/auth'

type Environment = Readonly<Record<string, string | undefined>>

const expected =
  'expected bearer:env:TOKEN, basic:env:USER_PASS, basic:USER:env:PASSWORD or header:NAME:env:KEY; a secret is env:NAME or file:PATH'
const pattern = /^(bearer|basic(?::[^:]+)?|header:[^:]+):((?:env|file):.+)$/i

/** Returns true for valid credentials in settings. They refer to secrets, so that the file contains none. */
export function isCredentials(text: string): boolean {
  return pattern.test(text)
}

/** Creates the authentication that settings name. @throws SettingsError that names what is missing, never a secret */
export function authOf(text: string, env: Environment): Auth {
  const [, kind = '', reference = ''] = pattern.exec(text) ?? []
  const [scheme, ...names] = kind.split(':')
  const name = names.join(':')
  switch (scheme!.toLowerCase()) {
    case 'bearer':
      return bearerAuth(secretOf(reference, env))
    case 'header':
      return apiKeyAuth({ header: name, key: secretOf(reference, env) })
    case 'basic': {
      const secret = secretOf(reference, env)
      if (name !== '') return basicAuth(name, secret)
      const colon = secret.indexOf(':')
      if (colon < 0) throw new SettingsError(`auth: ${reference} does not contain user:password`)
      return basicAuth(secret.slice(0, colon), secret.slice(colon + 1))
    }
    default:
      throw new SettingsError(`auth: ${expected}`)
  }
}

/** Credentials in a URL: `https://user:password@host/`. */
export function authInUrl(address: string): Auth | undefined {
  const { username, password } = new URL(address)
  if (username === '' && password === '') return undefined
  return basicAuth(decoded(username), decoded(password))
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** Value of `env:NAME` or `file:PATH`; other text is unchanged. @throws SettingsError that names the reference */
export function secretOf(reference: string, env: Environment): string {
  const [, kind, place = ''] = /^(env|file):(.+)$/s.exec(reference) ?? []
  if (kind === undefined) return reference
  const value = kind === 'env' ? env[place] : textOf(place)
  if (!value)
    throw new SettingsError(kind === 'env' ? `set ${place} to its secret` : `${place}: no secret could be read from it`)
  return value
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
      .replace(/^\ufeff/, '')
      .trimEnd()
  } catch {
    return undefined
  }
}

/** Error message for credentials in any other form. */
export const credentialsProblem: string = expected
