import { soundThrown } from '../../errors/message-of.ts'
import { SettingsError } from '../../errors/settings-error.ts'
import { AuthError } from '../errors.ts'
import type { Auth } from './auth.ts'
import { isHeaderText } from './header-name.ts'

/**
 * A bearer token that is known (RFC 6750), or a function that gives the one of the moment. The function is asked each time
 * a request leaves; what has to be fetched is for `tokenAuth`.
 *
 * @throws SettingsError if the token cannot stand in a header.
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
    text = token()
  } catch (thrown) {
    const cause = soundThrown(thrown)
    const what = cause instanceof Error ? cause.name : `something of type ${typeof cause}`
    throw new AuthError(`no token: the function given to bearerAuth threw ${what} (see cause)`, cause)
  }
  if (typeof text === 'string' && isHeaderText(text)) return text
  const hint = soundThrown(text) instanceof Promise ? '; what has to be waited for is for tokenAuth' : ''
  throw new AuthError(`no token: the function given to bearerAuth returned no text that a header can contain${hint}`)
}
