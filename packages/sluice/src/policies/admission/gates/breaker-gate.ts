import {
  Breaker,
  type BreakerChange,
  type BreakerOptions,
  type BreakerOutcome,
} from '../../../algorithms/breaker/breaker.ts'
import { statusLine } from '../../../http/response.ts'
import type { Random } from '../../../random/random.ts'
import {
  BodyError,
  BodySourceError,
  LocalLimitError,
  NotProcessedError,
  TransportError,
  TransportFaultError,
} from '../../../transport/errors.ts'
import type { Attempt } from '../../attempt.ts'
import { CircuitOpenError } from '../../errors.ts'
import type { Outcome } from '../../outcome.ts'
import type { SharedSignal } from '../sharing/shared-limits.ts'
import { type Answer, type Gate, go, type Settled } from './gate.ts'

/** Time in ms after which runs no longer wait for a failing server. */
export interface GiveUpAfter {
  /** Applies until the first success ever: it may be the wrong host. */
  readonly neverWorked: number
  readonly hasWorked: number
}

export interface BreakerGateSettings {
  readonly partition: string
  readonly options: BreakerOptions
  readonly giveUpAfter: GiveUpAfter
  /** Maximum wait in ms that a server can request. */
  readonly longest: number
  readonly random: Random
  readonly dateOf: (moment: number) => number
  /** Called with every change, including those reported by other processes. */
  readonly onChange: (change: BreakerChange & { readonly cause?: string }) => void
}

/** Circuit breaker: protects a failing server. Runs wait until it has recovered; a single call is refused at once. */
export class BreakerGate implements Gate {
  readonly name = 'breaker'
  readonly #settings: BreakerGateSettings
  readonly #breaker: Breaker
  /** Moment since which the breaker has not been closed. */
  #failingSince: number | undefined
  /** First failure since the last success. */
  #firstFailure: { readonly message: string; readonly error?: Error } | undefined
  #lastFailure: string | undefined
  #hasWorked = false

  constructor(settings: BreakerGateSettings) {
    this.#settings = settings
    this.#breaker = new Breaker(settings.options, settings.random)
  }

  ask(now: number): Answer {
    const answer = this.#breaker.ask(now)
    if (answer.kind === 'go') return go
    const until = answer.until ?? answer.rearmAt
    const refusal = new CircuitOpenError(this.#settings.partition, this.#settings.dateOf(until), this.#firstFailure)
    const { hasWorked, neverWorked } = this.#settings.giveUpAfter
    const hopelessAt = (this.#failingSince ?? now) + (this.#hasWorked ? hasWorked : neverWorked)
    return now >= hopelessAt
      ? { kind: 'no', error: refusal }
      : { kind: 'wait', until: Math.min(until, hopelessAt), refusal, mayOpenSooner: answer.until === undefined }
  }

  take(now: number, _weight: number, attempt: Attempt): void {
    attempt.breakerGeneration = this.#breaker.take(now)
    attempt.isProbe = this.#breaker.state(now) === 'half-open'
  }

  settle(now: number, settled: Settled): void {
    const { breakerGeneration } = settled.attempt
    if (breakerGeneration === undefined) return
    settled.attempt.breakerGeneration = undefined
    const wait = Math.min(settled.retryAfter ?? 0, this.#settings.longest)
    const outcome = breakerOutcome(settled)
    if (outcome === 'failure') {
      const failure = failureOf(settled.outcome)
      this.#firstFailure ??= failure
      this.#lastFailure = failure?.message
    }
    if (outcome === 'success') this.#firstFailure = undefined
    if (outcome === 'success' || settled.verdict === 'throttled') this.#hasWorked = true
    this.#note(now, this.#breaker.settle(now, breakerGeneration, outcome, wait))
  }

  receive(now: number, signal: SharedSignal): void {
    if (signal.kind !== 'breaker') return
    this.#note(now, signal.isOpen ? this.#breaker.receiveOpen(now, signal.for) : this.#breaker.receiveClosed())
  }

  #note(now: number, change: BreakerChange | undefined): void {
    if (change === undefined) return
    if (change.to === 'closed') this.#failingSince = undefined
    else this.#failingSince ??= now
    const cause = change.to === 'open' ? this.#lastFailure : undefined
    this.#settings.onChange(cause === undefined ? change : { ...change, cause })
  }

  hasSpare(now: number): boolean {
    return this.#breaker.state(now) === 'closed'
  }

  isFresh(now: number): boolean {
    return this.#breaker.state(now) === 'closed'
  }
}

/** Cause for the error of refused calls. */
function failureOf(outcome: Outcome): { readonly message: string; readonly error?: Error } | undefined {
  if (outcome.kind === 'failure') return { message: outcome.error.message, error: outcome.error }
  return outcome.kind === 'response' ? { message: statusLine(outcome.response.status) } : undefined
}

/** Evidence of the server's health from an outcome. A refusal by a rate limit shows a healthy server. */
export function breakerOutcome({ outcome, verdict }: Settled): BreakerOutcome {
  if (verdict === 'throttled' || outcome.kind === 'cancelled' || outcome.kind === 'rejected') return 'ignored'
  if (outcome.kind === 'response')
    return outcome.response.status >= 500 && verdict === 'transient' ? 'failure' : 'success'
  const { error } = outcome
  if (isOwnFault(error)) return 'ignored'
  // The server shed load, or moved to another connection.
  if (error instanceof NotProcessedError) return 'ignored'
  const isBroken =
    error instanceof TransportError || (error instanceof BodyError && error.code === 'SLUICE_BODY_TRUNCATED')
  return isBroken ? 'failure' : 'success'
}

/** True if the failure is local and gives no evidence about the server. */
function isOwnFault(error: Error): boolean {
  return error instanceof TransportFaultError || error instanceof BodySourceError || error instanceof LocalLimitError
}
