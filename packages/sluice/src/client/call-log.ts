import type { Writable } from '../errors/writable.ts'
import type { Emitter } from '../events/emitter.ts'
import type { Verdict } from '../events/event.ts'
import type { Attempt, CallObserver } from '../policies/attempt.ts'
import type { Judgement } from '../policies/classify.ts'
import type { Outcome } from '../policies/outcome.ts'
import { workOf } from '../policies/work.ts'
import type { Clock } from '../time/clock.ts'
import { responseError } from './errors.ts'
import type { AttemptRecord, Timing } from './result.ts'

/** Records the attempts and times of one call, and notifies listeners. */
export class CallLog implements CallObserver {
  attempts: readonly AttemptRecord[] = []
  /** Masks the credentials of the latest attempt. */
  maskSent: ((text: string) => string) | undefined
  readonly #clock: Clock
  readonly #events: Emitter
  readonly #judge: (outcome: Outcome) => Judgement
  #queued = 0
  #backoff = 0
  #connect = 0
  #firstByte = 0

  constructor(clock: Clock, events: Emitter, judge: (outcome: Outcome) => Judgement) {
    this.#clock = clock
    this.#events = events
    this.#judge = judge
  }

  onAttempt(attempt: Attempt, outcome: Outcome, verdict: Verdict): void {
    const { number, queued, connect, firstByte, duration, requests } = attempt
    this.#queued += queued
    this.#connect += connect
    this.#firstByte += firstByte
    if (attempt.requests === 0) return
    this.maskSent = attempt.maskSent
    const startedAfter = startOf(attempt)
    const record: Writable<AttemptRecord> = {
      number,
      verdict,
      startedAfter,
      queued,
      connect,
      firstByte,
      duration,
      requests,
    }
    if (attempt.cost !== undefined) record.cost = attempt.cost
    if (attempt.key !== undefined) record.key = attempt.key.name
    if (attempt.protocol !== undefined) record.protocol = attempt.protocol
    if (outcome.kind === 'response' && workOf(attempt.request) === undefined) record.status = outcome.response.status
    if (verdict !== 'success' && outcome.kind !== 'cancelled') {
      record.error = outcome.kind === 'response' ? responseError(outcome.response, this.#judge(outcome)) : outcome.error
    }
    // A list of exactly this length: one that has grown, by spreading too, keeps space for sixteen more entries.
    this.attempts = this.attempts.length === 0 ? [record] : [...this.attempts, record]
    if (this.#events.isHeard) this.#tell(attempt, record, bytesOf(attempt, outcome))
  }

  /** Attempts and times up to the head of a response whose body has yet to arrive. */
  untilHead(attempt: Attempt, status: number, total: number): { attempts: readonly AttemptRecord[]; timing: Timing } {
    const { number, queued, requests, connect, firstByte } = attempt
    const duration = this.#clock.now() - attempt.admittedAt
    const key = attempt.key === undefined ? undefined : { key: attempt.key.name }
    const times = { startedAfter: startOf(attempt), queued, connect, firstByte, duration }
    const record: AttemptRecord = { number, verdict: 'success', status, ...times, requests, ...key }
    const parts = [this.#queued + queued, this.#backoff, this.#connect + connect, this.#firstByte + firstByte] as const
    return { attempts: [...this.attempts, record], timing: within(total, ...parts) }
  }

  onBackoff(_attempt: Attempt, waited: number): void {
    this.#backoff += waited
  }

  /** Breakdown of the call's `total` milliseconds. */
  timing(total: number): Timing {
    const [queued, backoff, connect, firstByte] = [this.#queued, this.#backoff, this.#connect, this.#firstByte]
    const body = total - queued - backoff - connect - firstByte
    if (body < 0) return within(total, queued, backoff, connect, firstByte)
    return { queued, backoff, connect, firstByte, body, total }
  }

  #tell({ request }: Attempt, record: AttemptRecord, bytes: number | undefined): void {
    const { number: attempt, verdict, duration, status, protocol, error } = record
    this.#events.emit({
      type: 'attempt.settled',
      at: this.#clock.now(),
      request,
      attempt,
      verdict,
      duration,
      ...(status === undefined ? undefined : { status }),
      ...(bytes === undefined ? undefined : { bytes }),
      ...(protocol === undefined ? undefined : { protocol }),
      ...(error === undefined ? undefined : { error }),
    })
  }
}

/** Milliseconds from the start of the call to an attempt, which may have begun before for another call. */
function startOf({ beganAt, call }: Attempt): number {
  return Math.max(0, beganAt - call.startedAt)
}

/** Caps the parts at `total`: concurrent attempts, or one started for another call, can add up to more than that. */
function within(total: number, ...parts: [number, number, number, number]): Timing {
  let left = total
  const [queued, backoff, connect, firstByte] = parts.map((part) => {
    const taken = Math.min(part, left)
    left -= taken
    return taken
  }) as [number, number, number, number]
  return { queued, backoff, connect, firstByte, body: left, total }
}

/** Number of decoded bytes of the body, streamed or whole. */
function bytesOf({ request, streamed }: Attempt, outcome: Outcome): number | undefined {
  if (streamed !== undefined) return streamed.bytes
  return outcome.kind === 'response' && workOf(request) === undefined ? outcome.response.body.byteLength : undefined
}
