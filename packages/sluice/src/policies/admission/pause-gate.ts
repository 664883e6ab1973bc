import { PausedError } from '../errors.ts'
import { type Answer, type Gate, go, type Settled, waitForSettle } from './gate.ts'
import type { Lesson } from './shared-limits.ts'

export interface PauseSettings {
  /** Whether a refusal without a hint is one to stop for. */
  readonly stopsFor: (settled: Settled) => boolean
  /** After such a refusal one call tries again after so many milliseconds, and after twice as long each time that it is refused. */
  readonly firstProbe: number
  /** A longer wait is not waited for: until it is over, calls are refused with its date. */
  readonly longest: number
  /** The date of a moment on the monotonic clock, in milliseconds since the epoch. */
  readonly dateOf: (moment: number) => number
  /** Told when the gate closes, not each time that it is closed for a little longer. */
  readonly onPause: (until: number) => void
  /** Told whenever the server has asked to wait, and for how long. @default nobody */
  readonly onAsked?: ((wait: number) => void) | undefined
}

const longestProbe = 60_000

/**
 * Closed for as long as the server asked: one refusal stops everyone behind the same limit, for the whole time.
 *
 * A refusal without a hint may close it too. Then a single call probes, each time after twice as long, until one is let in; only then do the others follow.
 */
export class PauseGate implements Gate {
  readonly name = 'Retry-After'
  readonly #settings: PauseSettings
  #until = Number.NEGATIVE_INFINITY
  /** Until when calls are refused rather than kept waiting. */
  #refusesUntil = Number.NEGATIVE_INFINITY
  /** Refused without a hint: how long the next wait is, and when the probe left, if it has. */
  #probing: { readonly wait: number; readonly sentAt: number | undefined } | undefined
  /** When the gate last opened: refusals of what was sent before it are paid for already. */
  #openedAt = Number.NEGATIVE_INFINITY

  constructor(settings: PauseSettings) {
    this.#settings = settings
  }

  ask(now: number): Answer {
    if (now < this.#refusesUntil)
      return { kind: 'no', error: new PausedError(this.#settings.dateOf(this.#refusesUntil)) }
    if (now < this.#until) return { kind: 'wait', until: this.#until }
    return this.#probing?.sentAt === undefined ? go : waitForSettle
  }

  take(now: number): void {
    if (this.#probing !== undefined) this.#probing = { ...this.#probing, sentAt: now }
  }

  settle(now: number, settled: Settled): void {
    const isProbe = this.#probing?.sentAt !== undefined && settled.admittedAt >= this.#probing.sentAt
    if (settled.verdict !== 'throttled') {
      if (isProbe) this.#open(now)
      return
    }
    const wait = settled.retryAfter
    const wasOpen = this.isFresh(now)
    if (!settled.isForAll && !isProbe) return
    if (wait === undefined && !isProbe && !this.#settings.stopsFor(settled)) return
    if (wait === undefined) this.#probeLater(now, settled, isProbe)
    else {
      this.#open(now)
      this.#close(now, wait)
      this.#settings.onAsked?.(wait)
    }
    this.#tellPause(now, wasOpen)
  }

  /** Another process was asked to wait. */
  hear(now: number, lesson: Lesson): void {
    if (lesson.kind !== 'pause') return
    const wasOpen = this.isFresh(now)
    this.#close(now, lesson.for)
    this.#tellPause(now, wasOpen)
  }

  #close(now: number, wait: number): void {
    if (wait > this.#settings.longest) this.#refusesUntil = Math.max(this.#refusesUntil, now + wait)
    else this.#until = Math.max(this.#until, now + wait)
  }

  #tellPause(now: number, wasOpen: boolean): void {
    const until = Math.max(this.#until, this.#refusesUntil)
    if (wasOpen && until > now) this.#settings.onPause(until)
  }

  hasSpare(now: number): boolean {
    return this.isFresh(now)
  }

  isFresh(now: number): boolean {
    return this.#until <= now && this.#refusesUntil <= now && this.#probing === undefined
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
