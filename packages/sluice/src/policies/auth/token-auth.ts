import { SettingsError } from '../../errors/settings-error.ts'
import { type Duration, parseDuration } from '../../time/duration.ts'
import type { Auth } from './auth.ts'
import { checkedHeaderName } from './header-name.ts'
import type { FetchedToken, TokenContext, TokenSource } from './token-source.ts'

/** Source of tokens, and how they are sent. */
export interface TokenAuthOptions<Fetched extends FetchedToken = FetchedToken> {
  /** Fetches a token: if there is none, before it expires, and after a refusal. Called once for all waiting calls. */
  readonly fetchToken: (context: TokenContext<Fetched>) => Promise<Fetched>
  /** Scheme in front of the token; `''` for none. @default 'Bearer' */
  readonly scheme?: string | undefined
  /** @default 'authorization' */
  readonly header?: string | undefined
  /**
   * Time before expiry at which a token is renewed; at most half its lifetime. @default a tenth of its lifetime, at
   * most 30 s
   */
  readonly refreshBefore?: Duration | undefined
}

/**
 * Sends tokens that must be fetched, and renews them when they expire or are refused.
 *
 * @throws SettingsError if an option is invalid.
 */
export function tokenAuth<Fetched extends FetchedToken>(options: TokenAuthOptions<Fetched>): Auth {
  const { fetchToken, scheme = 'Bearer', header = 'authorization', refreshBefore } = options
  if (typeof fetchToken !== 'function') throw new SettingsError('tokenAuth: expected fetchToken to be a function')
  if (typeof scheme !== 'string' || !/^[!#$%&'*+.^_`|~0-9A-Za-z-]*$/.test(scheme)) {
    throw new SettingsError('tokenAuth: expected scheme to be one word, such as Bearer')
  }
  return {
    kind: 'token',
    place: { kind: 'header', name: checkedHeaderName('tokenAuth', header) },
    secretOf: (token) => (scheme === '' ? token : `${scheme} ${token}`),
    // Its last result is passed back to it, and to nothing else.
    fetchToken: fetchToken as unknown as TokenSource['fetchToken'],
    refreshBefore: refreshBefore === undefined ? undefined : parseDuration('tokenAuth.refreshBefore', refreshBefore),
  }
}
