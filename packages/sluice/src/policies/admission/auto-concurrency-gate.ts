import { EpochLimiter, type LimitChange } from '../../algorithms/concurrency/epoch-limiter.ts'
import type { LoopDelay } from '../../time/loop-delay.ts'
import { type Answer, type Gate, go, type Settled, waitForSettle } from './gate.ts'

export interface AutoConcurrencySettings {
  /** Whether a rate limit is what holds the partition now: then more at once would not help, and is not tried. */
  readonly isPaced: (now: number) => boolean
  /** How much of the time of an answer was our own event loop being late. */
  readonly loopDelay: LoopDelay
  readonly onChange: (change: LimitChange) => void
}

/** As many in flight as the server works on best, found by trying: see `EpochLimiter`. */
export class AutoConcurrencyGate implements Gate {
  readonly name = 'concurrency'
  readonly #settings: AutoConcurrencySettings
  readonly #limiter = new EpochLimiter()

  constructor(settings: AutoConcurrencySettings) {
    this.#settings = settings
  }

  get limit(): number {
    return this.#limiter.limit
  }

  ask(): Answer {
    return this.#limiter.isFull ? waitForSettle : go
  }

  take(now: number): void {
    this.#limiter.start(now)
    this.#settings.loopDelay.begin()
  }

  settle(now: number, settled: Settled): void {
    this.#settings.loopDelay.end()
    const change = this.#limiter.end(now, {
      kind: loadSignal(settled),
      sentAt: settled.admittedAt,
      rtt: Math.max(0, now - settled.admittedAt - this.#settings.loopDelay.delay),
      isPaced: this.#settings.isPaced(now),
    })
    if (change !== undefined) this.#settings.onChange(change)
  }

  /** What it has found is worth keeping. */
  isFresh(): boolean {
    return false
  }
}

/** What an ended attempt says about the load of the server. Fast failures must never look like a fast server. */
export function loadSignal({ outcome, verdict }: Settled): 'success' | 'loss' | 'ignore' {
  if (verdict === 'throttled') return 'loss'
  if (outcome.kind === 'response')
    return outcome.response.status < 400 ? 'success' : verdict === 'transient' ? 'loss' : 'ignore'
  return verdict === 'transient' ? 'loss' : 'ignore'
}
