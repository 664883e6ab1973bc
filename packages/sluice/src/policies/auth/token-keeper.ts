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
  /** Sends a call without the client's credentials, on behalf of another. @throws SluiceError if it is unsuccessful. */
  readonly send: (request: RequestInput, onBehalfOf: Call, cancellation: Cancellation) => Promise<TokenAnswer>
  /** True if another try would be useless. */
  readonly isPermanent: (error: AuthError) => boolean
}

/** Token in use. */
export interface HeldToken {
  readonly fetched: FetchedToken
  readonly credentials: Credentials
  readonly fetchedAt: number
  /** Moments from which it should be renewed and from which it is invalid, on the clock's monotonic scale. */
  readonly staleAt: number
  readonly expiresAt: number
  /** True if it replaced a token that was refused. */
  readonly isReplacement: boolean
  isRefused: boolean
  isAccepted: boolean
}

/** Time in ms after a failure during which no token is fetched; also after a new token that was refused immediately. */
const rest = 1_000
/** Time before expiry at which a token is renewed, as a share of its lifetime, */
const sharePart = 0.1
/** and its maximum in ms. */
const longestBefore = 30_000

/** Holds the token of a client and fetches a new one when needed: once, however many calls wait for it. */
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

  /** Newest token. Exists once `isReady` was true or `wait` resolved with undefined. */
  get held(): HeldToken {
    return this.#held!
  }

  /** True if a call may be sent now. */
  get isReady(): boolean {
    const held = this.#held
    if (held === undefined || held.isRefused) return false
    const now = this.#parts.clock.now()
    return now < held.staleAt || (now < held.expiresAt && this.#restLeft(now) > 0)
  }

  /** Waits until there is a token. Resolves with undefined then, otherwise with the outcome of the call. */
  async wait(attempt: Attempt): Promise<Outcome | undefined> {
    const { call } = attempt
    const { clock, isPermanent } = this.#parts
    const { cancellation } = call
    if (cancellation.cancelled) return { kind: 'cancelled', reason: cancellation.reason }
    const enteredAt = clock.now()
    // Permanent failures are reported immediately to all calls that arrive during that second.
    if (this.#failure !== undefined && this.#restLeft(enteredAt) > 0 && isPermanent(this.#failure.error)) {
      return { kind: 'failure', error: this.#failure.error }
    }
    const outcome = await (this.#flight ?? this.#begin(call)).join(cancellation)
    attempt.queued += clock.now() - enteredAt
    return outcome
  }

  /** Records that the server refused the token. Returns true if a retry with a newer one makes sense. */
  refuse(token: HeldToken): boolean {
    if (token !== this.#held) return true
    // A replacement that was never accepted: the server refuses for a reason other than its age.
    const isInVain = token.isReplacement && !token.isAccepted
    if (isInVain && this.#parts.clock.now() - token.fetchedAt < rest) return false
    token.isRefused = true
    return true
  }

  #begin(call: Call): TokenFlight {
    const flight = new TokenFlight(() => this.#leave(flight))
    this.#flight = flight
    // Deferred: it may end before any call waits for it.
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
      // After cancellation a late token is still stored unless there is a newer one: the old token may have been used
      // up.
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
      // A token that is still valid is used until it expires.
      flight.settle(this.isReady ? undefined : { kind: 'failure', error })
    }
  }

  /** Rejects if a fetch does not settle in time, so that its calls do not wait forever. */
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

  /** Time in ms during which no token is fetched, because the last try failed. */
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

/** Error for any thrown value. Messages of foreign errors may contain secrets: they stay in the cause. */
function authErrorOf(cause: unknown): AuthError {
  if (cause instanceof AuthError) return cause
  if (cause instanceof SluiceError) return new AuthError(`no token: ${cause.summary}`, cause)
  const what = cause instanceof Error ? cause.name : `something of type ${typeof cause}`
  return new AuthError(`no token: fetchToken threw ${what} (see cause)`, cause)
}
