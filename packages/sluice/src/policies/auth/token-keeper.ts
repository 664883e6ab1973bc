import { soundThrown } from '../../errors/message-of.ts'
import { SluiceError } from '../../errors/sluice-error.ts'
import type { RequestInput } from '../../http/request.ts'
import type { Cancellation } from '../../time/cancellation.ts'
import type { Clock } from '../../time/clock.ts'
import { formatDuration, ownTime, parseDuration } from '../../time/duration.ts'
import { waitFor } from '../../time/sleep.ts'
import type { Attempt, Call } from '../attempt.ts'
import { AuthError } from '../errors.ts'
import type { Outcome } from '../outcome.ts'
import { type Credentials, placed } from './credentials.ts'
import { isHeaderText } from './header-name.ts'
import { TokenFlight } from './token-flight.ts'
import type { FetchedToken, TokenAnswer, TokenSource } from './token-source.ts'

/** Dependencies of fetching tokens. */
export interface TokenKeeperParts {
  readonly clock: Clock
  /** A call without the client's credentials, on behalf of another. @throws SluiceError if it is no success. */
  readonly send: (request: RequestInput, onBehalfOf: Call, cancellation: Cancellation) => Promise<TokenAnswer>
  /** True if trying again is in vain. */
  readonly isPermanent: (error: AuthError) => boolean
}

/** A token that is used. */
export interface HeldToken {
  readonly fetched: FetchedToken
  readonly credentials: Credentials
  readonly fetchedAt: number
  /** When it is to be fetched anew, and when it is no longer valid, on the clock's monotonic scale. */
  readonly staleAt: number
  readonly expiresAt: number
  /** True if it came in place of one that was refused. */
  readonly isReplacement: boolean
  isRefused: boolean
  isAccepted: boolean
}

/** After a failure no token is fetched for so many milliseconds, nor in place of one that was refused as soon as it came. */
const rest = 1_000
/** A token is fetched anew this part of its time before its end, */
const sharePart = 0.1
/** but no more than so many milliseconds. */
const longestBefore = 30_000

/** Holds the token of a client, and fetches another when it is needed: once, however many calls wait for it. */
export class TokenKeeper {
  readonly #source: TokenSource
  readonly #parts: TokenKeeperParts
  #held: HeldToken | undefined
  #flight: TokenFlight | undefined
  #failure: { readonly at: number; readonly error: AuthError } | undefined

  constructor(source: TokenSource, parts: TokenKeeperParts) {
    this.#source = source
    this.#parts = parts
  }

  /** The newest token. There is one from the first moment that `isReady` was true, or `wait` gave nothing. */
  get held(): HeldToken {
    return this.#held!
  }

  /** True if a call may go at once. */
  get isReady(): boolean {
    const held = this.#held
    if (held === undefined || held.isRefused) return false
    const now = this.#parts.clock.now()
    return now < held.staleAt || (now < held.expiresAt && this.#restLeft(now) > 0)
  }

  /** Waits until there is a token to go with. Resolves with nothing then, or with how the call ended instead. */
  async wait(attempt: Attempt): Promise<Outcome | undefined> {
    const { call } = attempt
    const { clock, isPermanent } = this.#parts
    const { cancellation } = call
    if (cancellation.cancelled) return { kind: 'cancelled', reason: cancellation.reason }
    const enteredAt = clock.now()
    // What cannot be mended by waiting is told at once to all who come within that second.
    if (this.#failure !== undefined && this.#restLeft(enteredAt) > 0 && isPermanent(this.#failure.error)) {
      return { kind: 'failure', error: this.#failure.error }
    }
    const outcome = await (this.#flight ?? this.#begin(call)).join(cancellation)
    attempt.queued += clock.now() - enteredAt
    return outcome
  }

  /** Notes that the server refused it. Answers whether it is worth going again, with a newer one. */
  refuse(token: HeldToken): boolean {
    if (token !== this.#held) return true
    // One that came for a refused one and was never accepted: the server means something else than its age.
    const isInVain = token.isReplacement && !token.isAccepted
    if (isInVain && this.#parts.clock.now() - token.fetchedAt < rest) return false
    token.isRefused = true
    return true
  }

  #begin(call: Call): TokenFlight {
    const flight = new TokenFlight(() => this.#leave(flight))
    this.#flight = flight
    // Not at once: it may come to its end before anybody waits for it.
    queueMicrotask(() => void this.#fly(flight, call))
    return flight
  }

  /** Never rejects. */
  async #fly(flight: TokenFlight, call: Call): Promise<void> {
    const { clock, send } = this.#parts
    const { cancellation } = flight
    const before = this.#held
    const wait = this.#restLeft(clock.now())
    if (wait > 0 && !(await waitFor(clock, wait, cancellation))) return
    try {
      const fetched = await this.#withinTime(
        this.#source.fetchToken({
          send: (request) => send(request, call, cancellation) as Promise<TokenAnswer<never>>,
          reason: before === undefined ? 'first' : before.isRefused ? 'refused' : 'expired',
          previous: before?.fetched,
          signal: cancellation.signal,
        }),
      )
      // Of one that was given up a late token is kept all the same, unless there is a newer: the old may have been used up.
      const isOvertaken = cancellation.cancelled && (this.#flight !== undefined || this.#held !== before)
      if (isOvertaken) return
      this.#held = this.#hold(fetched, before?.isRefused ?? false)
      this.#failure = undefined
      this.#leave(flight)
      flight.settle(undefined)
    } catch (cause) {
      if (cancellation.cancelled) return
      const error = authErrorOf(soundThrown(cause))
      this.#failure = { at: clock.now(), error }
      this.#leave(flight)
      // A token that is still valid serves until its end.
      flight.settle(this.isReady ? undefined : { kind: 'failure', error })
    }
  }

  /** A fetch that never settles must not keep its calls waiting for ever. */
  #withinTime(fetching: Promise<FetchedToken>): Promise<FetchedToken> {
    return new Promise((resolve, reject) => {
      const timer = this.#parts.clock.timer(ownTime, () =>
        reject(new AuthError(`no token: fetchToken has not settled within ${formatDuration(ownTime)}`)),
      )
      Promise.resolve(fetching)
        .finally(() => timer.cancel())
        .then(resolve, reject)
    })
  }

  #leave(flight: TokenFlight): void {
    if (this.#flight === flight) this.#flight = undefined
  }

  /** How long no token is to be fetched, because the last try has failed. */
  #restLeft(now: number): number {
    return this.#failure === undefined ? 0 : Math.max(0, this.#failure.at + rest - now)
  }

  #hold(fetched: FetchedToken, isReplacement: boolean): HeldToken {
    const { place, secretOf, refreshBefore } = this.#source
    if (typeof fetched?.token !== 'string' || !isHeaderText(fetched.token)) {
      throw new AuthError('no token: fetchToken returned none, or one with characters that headers cannot contain')
    }
    const fetchedAt = this.#parts.clock.now()
    const time = timeOf(fetched.expiresIn)
    const early = Math.min(refreshBefore ?? Math.min(time * sharePart, longestBefore), time / 2)
    return {
      fetched,
      credentials: placed(place, secretOf(fetched.token)),
      fetchedAt,
      staleAt: time === Number.POSITIVE_INFINITY ? time : fetchedAt + time - early,
      expiresAt: fetchedAt + time,
      isReplacement,
      isRefused: false,
      isAccepted: false,
    }
  }
}

function timeOf(expiresIn: FetchedToken['expiresIn'] | null): number {
  if (expiresIn === undefined || expiresIn === null) return Number.POSITIVE_INFINITY
  try {
    return parseDuration('expiresIn', expiresIn)
  } catch (cause) {
    throw new AuthError('no token: fetchToken returned an expiresIn that is not a duration', cause)
  }
}

/** Error for anything thrown. Messages of foreign errors may hold secrets: they stay in the cause. */
function authErrorOf(cause: unknown): AuthError {
  if (cause instanceof AuthError) return cause
  if (cause instanceof SluiceError) return new AuthError(`no token: ${cause.summary}`, cause)
  const what = cause instanceof Error ? cause.name : `something of type ${typeof cause}`
  return new AuthError(`no token: fetchToken threw ${what} (see cause)`, cause)
}
