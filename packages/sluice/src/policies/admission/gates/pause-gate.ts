import type { Attempt } from '../../attempt.ts'
import { PausedError } from '../../errors.ts'
import type { SharedSignal } from '../sharing/shared-limits.ts'
import { type Answer, type Gate, go, type Settled, waitForSettle } from './gate.ts'

export interface PauseSettings {
  /** True if a refusal without a hint pauses the partition. */
  readonly stopsFor: (settled: Settled) => boolean
  /** Pause in ms after such a refusal, until one call probes; doubled after each refused probe. */
  readonly firstProbe: number
  /** Maximum wait in ms. During a longer wait, calls are refused with its date. */
  readonly longest: number
  /** Converts a moment on the monotonic clock to milliseconds since the epoch. */
  readonly dateOf: (moment: number) => number
  /** Called when the gate closes, but not when a pause is extended. */
  readonly onPause: (until: number) => void
  /** Called with each wait in ms that the server requests. @default none */
  readonly onRequestedWait?: ((wait: number) => void) | undefined
}

const longestProbe = 60_000

/**
 * Closes for the time the server requested: one refusal stops all calls of the partition for the whole time.
 *
 * A refusal without a hint may close it too. Then a single call probes, with doubled waits in between, until it is
 * accepted.
 */
export class PauseGate implements Gate {
  readonly name = 'Retry-After'
  readonly #settings: PauseSettings
  #until = Number.NEGATIVE_INFINITY
  /** Moment until which calls are refused instead of waiting. */
  #refusesUntil = Number.NEGATIVE_INFINITY
  /** After a refusal without a hint: the next wait, and when the probe was sent, if it was. */
  #probing: { readonly wait: number; readonly sentAt: number | undefined } | undefined
  /** Moment at which the gate last opened. Refusals of calls sent earlier belong to the pause that has ended. */
  #openedAt = Number.NEGATIVE_INFINITY

  /** Refusals whose body is still being read, with the end of the wait they request. */
  readonly #unread = new Map<Attempt, number>()

  constructor(settings: PauseSettings) {
    this.#settings = settings
  }

  ask(now: number): Answer {
    if (now < this.#refusesUntil)
      return { kind: 'no', error: new PausedError(this.#settings.dateOf(this.#refusesUntil)) }
    const until = this.#unread.size === 0 ? this.#until : Math.max(this.#until, ...this.#unread.values())
    if (now < until) return { kind: 'wait', until }
    return this.#probing?.sentAt === undefined ? go : waitForSettle
  }

  take(now: number): void {
    if (this.#probing !== undefined) this.#probing = { ...this.#probing, sentAt: now }
  }

  refused(attempt: Attempt, until: number): void {
    this.#unread.set(attempt, until)
  }

  settle(now: number, settled: Settled): void {
    const until = this.#unread.get(settled.attempt)
    if (until !== undefined) this.#unread.delete(settled.attempt)
    const isProbe = this.#probing?.sentAt !== undefined && settled.admittedAt >= this.#probing.sentAt
    if (settled.verdict !== 'throttled') {
      if (isProbe) this.#open(now)
      return
    }
    // Counted from the head of the response, if that arrived earlier.
    const wait = until === undefined ? settled.retryAfter : Math.max(0, until - now)
    const wasOpen = this.isFresh(now)
    if (!settled.isForAll && !isProbe) return
    if (wait === undefined && !isProbe && !this.#settings.stopsFor(settled)) return
    if (wait === undefined) this.#probeLater(now, settled, isProbe)
    else {
      this.#open(now)
      this.#close(now, wait)
      this.#settings.onRequestedWait?.(wait)
    }
    this.#reportPause(now, wasOpen)
  }

  receive(now: number, signal: SharedSignal): void {
    if (signal.kind !== 'pause') return
    const wasOpen = this.isFresh(now)
    this.#close(now, signal.for)
    this.#reportPause(now, wasOpen)
  }

  #close(now: number, wait: number): void {
    if (wait > this.#settings.longest) this.#refusesUntil = Math.max(this.#refusesUntil, now + wait)
    else this.#until = Math.max(this.#until, now + wait)
  }

  #reportPause(now: number, wasOpen: boolean): void {
    const until = Math.max(this.#until, this.#refusesUntil)
    if (wasOpen && until > now) this.#settings.onPause(until)
  }

  hasSpare(now: number): boolean {
    return this.isFresh(now)
  }

  isFresh(now: number): boolean {
    return Math.max(this.#until, this.#refusesUntil) <= now && this.#probing === undefined && this.#unread.size === 0
  }

  #open(now: number): void {
    this.#probing = undefined
    this.#openedAt = now
  }

  #probeLater(now: number, settled: Settled, isProbe: boolean): void {
    if (this.#probing !== undefined && !isProbe) return
    if (this.#probing === undefined && settled.admittedAt < this.#openedAt) return
    const wait = isProbe ? Math.min(longestProbe, this.#probing!.wait * 2) : this.#settings.firstProbe
    this.#probing = { wait, sentAt: undefined }
    this.#until = Math.max(this.#until, now + wait)
  }
}
