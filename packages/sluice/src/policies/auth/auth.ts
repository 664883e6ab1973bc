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

/** How a client proves who it is. Made by `bearerAuth` and its like; the secrets in it show in no log. */
export type Auth = FixedAuth | (TokenSource & { readonly kind: 'token' })

/** @throws SettingsError if it was not made by one of the factories. Nothing of it is shown: it may be a secret. */
export function resolveAuth(given: Auth | undefined): Auth | undefined {
  if (given === undefined || given?.kind === 'fixed' || given?.kind === 'token') return given
  throw new SettingsError('auth: expected the result of bearerAuth, tokenAuth or another function of sluice/auth')
}

/**
 * Tells callers apart for caches: by the secret that is known now, or as a caller of its own where it is fetched. It is
 * a secret itself.
 */
export function callerName(auth: Auth): () => string {
  const own = uniqueKey()
  if (auth.kind === 'token') return () => own
  return () => {
    try {
      return auth.secret()
    } catch {
      // The request fails with the reason when it is to be sent.
      return own
    }
  }
}

/**
 * The name of the caller for whom a call is begun. From here on the call knows it, so that it is noticed if it goes out with
 * other credentials: a token may have changed while it waited.
 */
export function callerOf(call: Call, name: (() => string) | undefined): string | undefined {
  const caller = name?.()
  if (caller === undefined) return undefined
  if (call.isCaller === undefined) call.isCaller = (secret) => secret === caller
  else if (!call.isCaller(caller)) call.isUnshared = true
  return caller
}

/** Something that is known. */
interface FixedAuth {
  readonly kind: 'fixed'
  readonly place: Place
  /** Asked each time a request leaves. @throws AuthError if there is none. */
  readonly secret: () => string
}

/**
 * Gives requests their credentials. It stands outside admission: no permit is held while a token is fetched. They are
 * handed to what sends, go to the origin of the call's own request only, and replace nothing that the request sets itself.
 */
export function auth(settings: Auth, parts: TokenKeeperParts): Policy {
  const keeper = settings.kind === 'token' ? new TokenKeeper(settings, parts) : undefined
  const { place } = settings
  return {
    name: 'auth',
    run(attempt, next) {
      const { call, request } = attempt
      if (workOf(request) !== undefined) return next(attempt)
      // A redirect may have led elsewhere since the last request of this attempt.
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

/** Sends with a token, and once more with a newer one if that is refused. */
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
  // A second 401 is the answer.
  if (second.kind === 'response' && second.response.status !== 401) sent.token.isAccepted = true
  return second
}
