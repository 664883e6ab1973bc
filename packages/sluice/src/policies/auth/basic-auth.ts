import { textOf } from '#platform'
import { SettingsError } from '../../errors/settings-error.ts'
import type { Auth } from './auth.ts'

/**
 * Sends a user and a password, in UTF-8 (RFC 7617).
 *
 * @throws SettingsError if the user contains a colon, or either of them a control character.
 */
export function basicAuth(user: string, password: string): Auth {
  if (typeof user !== 'string' || typeof password !== 'string') {
    throw new SettingsError('basicAuth: expected a user and a password')
  }
  if (user.includes(':')) throw new SettingsError('basicAuth: expected a user without a colon')
  if (/\p{Cc}/u.test(user + password)) throw new SettingsError('basicAuth: expected no control characters')
  const secret = basicCredentials(user, password)
  return { kind: 'fixed', place: { kind: 'header', name: 'authorization' }, secret: () => secret }
}

/** Value of the `authorization` header. */
export function basicCredentials(user: string, password: string): string {
  return `Basic ${textOf(new TextEncoder().encode(`${user}:${password}`), 'base64')}`
}
