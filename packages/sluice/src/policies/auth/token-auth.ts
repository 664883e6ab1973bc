import { SettingsError } from '../../errors/settings-error.ts'
import { type Duration, parseDuration } from '../../time/duration.ts'
import type { Auth } from './auth.ts'
import { checkedHeaderName } from './header-name.ts'
import type { FetchedToken, TokenContext, TokenSource } from './token-source.ts'

/** Where tokens come from, and how they are sent. */
export interface TokenAuthOptions<Fetched extends FetchedToken = FetchedToken> {
  /** Gets a token. Called when there is none, before it expires, and when the server refuses it: once for all calls that wait. */
  readonly fetchToken: (context: TokenContext<Fetched>) => Promise<Fetched>
  /** Scheme before the token; `''` for none. @default 'Bearer' */
  readonly scheme?: string | undefined
  /** @default 'authorization' */
  readonly header?: string | undefined
  /** How long before its end a token is fetched anew; at most half its time. @default a tenth of its time, at most 30 s */
  readonly refreshBefore?: Duration | undefined
}

/**
 * Tokens that have to be fetched, and that expire or are refused one day.
 *
 * @throws SettingsError if an option cannot work.
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
    // Its last result is passed to it again, and nowhere else.
    fetchToken: fetchToken as unknown as TokenSource['fetchToken'],
    refreshBefore: refreshBefore === undefined ? undefined : parseDuration('tokenAuth.refreshBefore', refreshBefore),
  }
}
