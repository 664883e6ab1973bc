import type { Emitter } from '../events/emitter.ts'
import type { Verdict } from '../events/event.ts'
import type { Attempt, CallObserver } from '../policies/attempt.ts'
import type { Outcome } from '../policies/outcome.ts'
import type { Clock } from '../time/clock.ts'
import { outcomeError } from './outcome-error.ts'
import type { AttemptRecord, Timing } from './result.ts'

/** Writes down what happens in one call, attempt by attempt, and tells listeners. */
export class CallLog implements CallObserver {
  readonly attempts: AttemptRecord[] = []
  readonly #clock: Clock
  readonly #events: Emitter
  #queued = 0
  #backoff = 0
  #connect = 0
  #firstByte = 0

  constructor(clock: Clock, events: Emitter) {
    this.#clock = clock
    this.#events = events
  }

  onAttempt(attempt: Attempt, outcome: Outcome, verdict: Verdict): void {
    const { number, queued, duration, requests } = attempt
    this.#queued += queued
    this.#connect += attempt.connect
    this.#firstByte += attempt.firstByte
    if (attempt.requests === 0) return
    const error = verdict === 'success' ? undefined : outcomeError(outcome, verdict, this.#clock.wallTime())
    const status = outcome.kind === 'response' ? outcome.response.status : undefined
    const details = {
      ...(status === undefined ? undefined : { status }),
      ...(error === undefined ? undefined : { error }),
    }
    this.attempts.push({ number, verdict, queued, duration, requests, ...details })
    if (this.#events.isHeard) {
      const { request } = attempt
      const at = this.#clock.now()
      this.#events.emit({ type: 'attempt.settled', at, request, attempt: number, verdict, duration, ...details })
    }
  }

  onBackoff(_attempt: Attempt, waited: number): void {
    this.#backoff += waited
  }

  /** Where the `total` milliseconds of the call went. */
  timing(total: number): Timing {
    const parts = { queued: this.#queued, backoff: this.#backoff, connect: this.#connect, firstByte: this.#firstByte }
    const rest = total - parts.queued - parts.backoff - parts.connect - parts.firstByte
    return { ...parts, body: Math.max(0, rest), total }
  }
}
