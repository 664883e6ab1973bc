import { SettingsError } from '../../errors/settings-error.ts'
import { originOf } from '../../http/plain-url.ts'
import { uniqueKey } from '../../random/unique-key.ts'
import type { Attempt, Call } from '../attempt.ts'
import type { Outcome } from '../outcome.ts'
import type { Next, Policy } from '../policy.ts'
import { workOf } from '../work.ts'
import { isSetBy, type Place, placed } from './credentials.ts'
import { type HeldToken, TokenKeeper, type TokenKeeperParts } from './token-keeper.ts'
import type { TokenSource } from './token-source.ts'

/** Authentication of a client, created by `bearerAuth` and similar functions. Its secrets are never logged. */
export type Auth = FixedAuth | (TokenSource & { readonly kind: 'token' })

/** @throws SettingsError if no factory created it. The message does not show it: it may be a secret. */
export function resolveAuth(given: Auth | undefined): Auth | undefined {
  if (given === undefined || given?.kind === 'fixed' || given?.kind === 'token') return given
  throw new SettingsError('auth: expected the result of bearerAuth, tokenAuth or another function of sluice/auth')
}

/**
 * Identifies callers for caches: by the current secret or, if the secret is fetched, as a unique caller. The identity
 * is a secret itself.
 */
export function callerName(auth: Auth): () => string {
  const own = uniqueKey()
  if (auth.kind === 'token') return () => own
  return () => {
    try {
      return auth.secret()
    } catch {
      // The request fails with the reason when it is sent.
      return own
    }
  }
}

/**
 * Returns the identity of the caller that makes the call. The call remembers it, to detect if it is sent with other
 * credentials: a token may have changed while it waited.
 */
export function callerOf(call: Call, name: (() => string) | undefined): string | undefined {
  const caller = name?.()
  if (caller === undefined) return undefined
  const isCaller = (secret: string): boolean => secret === caller
  if (call.isCaller === undefined) call.isCaller = isCaller
  else if (!call.isCaller(caller)) call.isUnshared = true
  return caller
}

/** Known credentials. */
interface FixedAuth {
  readonly kind: 'fixed'
  readonly place: Place
  /** Called each time a request is sent. @throws AuthError if there is none. */
  readonly secret: () => string
}

/**
 * Adds credentials to requests. Runs outside admission, so that no permit is held while a token is fetched. Credentials
 * are added by the sender only, go only to the origin of the call's own request, and never replace what the request
 * sets itself.
 */
export function auth(settings: Auth, parts: TokenKeeperParts): Policy {
  const keeper = settings.kind === 'token' ? new TokenKeeper(settings, parts) : undefined
  const { place } = settings
  return {
    name: 'auth',
    run(attempt, next) {
      const { call, request } = attempt
      if (workOf(request) !== undefined) return next(attempt)
      // A redirect may have led to another origin since the last request of this attempt.
      attempt.credentials = undefined
      const origin = originOf(call.request.url)
      if (request !== call.request && originOf(request.url) !== origin) return next(attempt)
      if (call.credentials !== undefined) {
        attempt.credentials = { origin, read: call.credentials }
        return next(attempt)
      }
      if (isSetBy(request, place)) return next(attempt)
      if (keeper !== undefined) return withToken(attempt, next, origin, keeper)
      const { secret } = settings as FixedAuth
      const read = () => {
        const text = secret()
        if (call.isCaller?.(text) === false) call.isUnshared = true
        return placed(place, text)
      }
      attempt.credentials = { origin, read }
      return next(attempt)
    },
  }
}

/** Sends with a token. If it is refused, sends once more with a newer one. */
async function withToken(attempt: Attempt, next: Next, origin: string, keeper: TokenKeeper): Promise<Outcome> {
  if (!keeper.isReady) {
    const ended = await keeper.wait(attempt)
    if (ended !== undefined) return ended
  }
  const sent: { token?: HeldToken } = {}
  const read = () => {
    sent.token = keeper.held
    return sent.token.credentials
  }
  attempt.credentials = { origin, read }
  const outcome = await next(attempt)
  if (sent.token === undefined || outcome.kind !== 'response') return outcome
  if (outcome.response.status !== 401) {
    sent.token.isAccepted = true
    return outcome
  }
  if (!keeper.refuse(sent.token)) return outcome

  if (!keeper.isReady) {
    const ended = await keeper.wait(attempt)
    if (ended !== undefined) return ended
  }
  const second = await next(attempt)
  // A second 401 is returned to the caller.
  if (second.kind === 'response' && second.response.status !== 401) sent.token.isAccepted = true
  return second
}
