import { handled, soundThrown } from '../../errors/message-of.ts'
import { SettingsError } from '../../errors/settings-error.ts'
import { AuthError } from '../errors.ts'
import type { Auth } from './auth.ts'
import { isHeaderText } from './header-name.ts'

/**
 * Sends a bearer token (RFC 6750): a fixed one, or the result of a function that is called each time a request is sent.
 * For tokens that must be fetched, use `tokenAuth`.
 *
 * @throws SettingsError if the token contains characters that headers cannot contain.
 */
export function bearerAuth(token: string | (() => string)): Auth {
  const place = { kind: 'header', name: 'authorization' } as const
  if (typeof token === 'function') return { kind: 'fixed', place, secret: () => `Bearer ${given(token)}` }
  if (typeof token !== 'string' || !isHeaderText(token)) {
    throw new SettingsError('bearerAuth: expected a token in visible ASCII characters, or a function that gives one')
  }
  return { kind: 'fixed', place, secret: () => `Bearer ${token}` }
}

function given(token: () => string): string {
  let text: unknown
  try {
    text = handled(token())
  } catch (thrown) {
    const cause = soundThrown(thrown)
    const what = cause instanceof Error ? cause.name : `something of type ${typeof cause}`
    throw new AuthError(`no token: the function given to bearerAuth threw ${what} (see cause)`, cause)
  }
  if (typeof text === 'string' && isHeaderText(text)) return text
  const hint = soundThrown(text) instanceof Promise ? '; use tokenAuth for an asynchronous function' : ''
  throw new AuthError(`no token: the function given to bearerAuth returned no text that a header can contain${hint}`)
}
