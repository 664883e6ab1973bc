import {
  Breaker,
  type BreakerChange,
  type BreakerOptions,
  type BreakerOutcome,
} from '../../algorithms/breaker/breaker.ts'
import { statusLine } from '../../http/response.ts'
import type { Random } from '../../random/random.ts'
import {
  BodyError,
  BodySourceError,
  LocalLimitError,
  NotProcessedError,
  TransportError,
  TransportFaultError,
} from '../../transport/errors.ts'
import type { Attempt } from '../attempt.ts'
import { CircuitOpenError } from '../errors.ts'
import type { Outcome } from '../outcome.ts'
import { type Answer, type Gate, go, type Settled } from './gate.ts'
import type { Lesson } from './shared-limits.ts'

/** How long a server that fails is waited for, in milliseconds. */
export interface GiveUpAfter {
  /** Where nothing has ever succeeded: it may be the wrong host. */
  readonly neverWorked: number
  readonly hasWorked: number
}

export interface BreakerGateSettings {
  readonly partition: string
  readonly options: BreakerOptions
  /** After this many milliseconds without recovery, runs are refused too. */
  readonly giveUpAfter: GiveUpAfter
  /** No wait that the server asks for keeps it open longer. */
  readonly longest: number
  readonly random: Random
  readonly dateOf: (moment: number) => number
  /** Told also of a change that was heard of. */
  readonly onChange: (change: BreakerChange) => void
}

/** Keeps calls from a server that fails. A run waits until it is back; a single call is refused at once. */
export class BreakerGate implements Gate {
  readonly name = 'breaker'
  readonly #settings: BreakerGateSettings
  readonly #breaker: Breaker
  /** Since when it has not been closed. */
  #failingSince: number | undefined
  /** The first of the failures that nothing good has come between. */
  #firstFailure: { readonly message: string; readonly error?: Error } | undefined
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
      : { kind: 'wait', until: Math.min(until, hopelessAt), refusal }
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
    const heard = breakerOutcome(settled)
    if (heard === 'failure') this.#firstFailure ??= failureOf(settled.outcome)
    else if (heard === 'success') this.#firstFailure = undefined
    if (heard === 'success' || settled.verdict === 'throttled') this.#hasWorked = true
    const change = this.#breaker.settle(now, breakerGeneration, heard, wait)
    this.#note(now, change)
  }

  /** What another process has found out. */
  hear(now: number, lesson: Lesson): void {
    if (lesson.kind !== 'breaker') return
    this.#note(now, lesson.isOpen ? this.#breaker.hearOpen(now, lesson.for) : this.#breaker.hearClosed())
  }

  #note(now: number, change: BreakerChange | undefined): void {
    if (change === undefined) return
    if (change.to === 'closed') this.#failingSince = undefined
    else this.#failingSince ??= now
    this.#settings.onChange(change)
  }

  hasSpare(now: number): boolean {
    return this.#breaker.state(now) === 'closed'
  }

  isFresh(now: number): boolean {
    return this.#breaker.state(now) === 'closed'
  }
}

/** What a person is told of it. */
function failureOf(outcome: Outcome): { readonly message: string; readonly error?: Error } | undefined {
  if (outcome.kind === 'failure') return { message: outcome.error.message, error: outcome.error }
  return outcome.kind === 'response' ? { message: statusLine(outcome.response.status) } : undefined
}

/** What an outcome says about the server's health: a rate limit is a healthy server speaking, and so is any other answer. */
export function breakerOutcome({ outcome, verdict }: Settled): BreakerOutcome {
  if (verdict === 'throttled' || outcome.kind === 'cancelled' || outcome.kind === 'rejected') return 'ignored'
  if (outcome.kind === 'response')
    return outcome.response.status >= 500 && verdict === 'transient' ? 'failure' : 'success'
  const { error } = outcome
  if (isOwnFault(error)) return 'ignored'
  // It shed load, or moved to another connection.
  if (error instanceof NotProcessedError) return 'ignored'
  const isBroken =
    error instanceof TransportError || (error instanceof BodyError && error.code === 'SLUICE_BODY_TRUNCATED')
  return isBroken ? 'failure' : 'success'
}

/** Whether it went wrong on this side, so that it says nothing about the server. */
function isOwnFault(error: Error): boolean {
  return error instanceof TransportFaultError || error instanceof BodySourceError || error instanceof LocalLimitError
}
