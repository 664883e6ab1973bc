import type { Random } from '../../random/random.ts'
import { SlidingCounts } from './sliding-counts.ts'

export interface BreakerOptions {
  /** Opens at this share of failures within the window. @default 0.5 */
  readonly failureRatio?: number
  /** Minimum number of calls within the window before `failureRatio` applies. @default 20 */
  readonly minCalls?: number
  /** Length of the window in milliseconds, in ten slices. @default 10,000 */
  readonly window?: number
  /** Opens after this many consecutive failures, even with fewer than `minCalls` calls. @default 10 */
  readonly consecutiveFailures?: number
  /** Initial open time in milliseconds, doubled each time the probes fail. @default 5,000 */
  readonly openFor?: number
  /** Upper bound of the doubled time, in milliseconds. @default 60,000 */
  readonly maxOpenFor?: number
  /** Number of calls that probe whether the server has recovered. @default 1 */
  readonly probes?: number
  /** Milliseconds after which a probe without a response counts as lost, and another may start. @default 60,000 */
  readonly probeTimeout?: number
}

export type BreakerState = 'closed' | 'open' | 'half-open'

export type BreakerAnswer =
  | { readonly kind: 'go' }
  /** Open: probing may start at `until`. */
  | { readonly kind: 'wait'; readonly until: number }
  /** Half-open with all probes in flight: the next response decides. At `rearmAt` the first of them counts as lost. */
  | { readonly kind: 'wait'; readonly until?: undefined; readonly rearmAt: number }

const go: BreakerAnswer = { kind: 'go' }

export type BreakerOutcome = 'success' | 'failure' | 'ignored'

export type BreakerChange =
  | {
      readonly from: 'closed' | 'half-open'
      readonly to: 'open'
      readonly reason: 'failure ratio' | 'consecutive failures' | 'probes failed'
      readonly until: number
    }
  | { readonly from: 'half-open'; readonly to: 'closed'; readonly reason: 'probes succeeded' }
  /** Reported by another process. */
  | { readonly from: 'closed'; readonly to: 'open'; readonly reason: 'shared signal'; readonly until: number }
  | { readonly from: 'open' | 'half-open'; readonly to: 'closed'; readonly reason: 'shared signal' }

interface Closed {
  readonly kind: 'closed'
  readonly generation: number
  readonly counts: SlidingCounts
  failuresInARow: number
  /** Latest time before which the server accepts no calls. */
  retryAt: number
}

interface Open {
  readonly kind: 'open'
  readonly until: number
  /** Number of failed probing rounds since it was last closed. */
  readonly failedProbings: number
}

interface HalfOpen {
  readonly kind: 'half-open'
  readonly failedProbings: number
  /** Start time of each probe, by its generation. */
  readonly out: Map<number, number>
  successes: number
  failures: number
  retryAt: number
}

/**
 * Circuit breaker: stops calls to a failing server, and uses a few probes to detect its recovery.
 *
 * Closed until the share of failures in a sliding window reaches a threshold (resilience4j's time-based window), or a
 * number of consecutive calls fail (a dead server at a low rate). Open for a time that doubles each time the probes
 * fail. Half-open with a few probes, judged when all have responses; a lost probe does not block it forever (Polly).
 */
export class Breaker {
  readonly #options: Required<BreakerOptions>
  readonly #random: Random
  #generation = 0
  #lateAnswers = 0
  #state: Closed | Open | HalfOpen

  constructor(options: BreakerOptions, random: Random) {
    this.#options = {
      failureRatio: options.failureRatio ?? 0.5,
      minCalls: options.minCalls ?? 20,
      window: options.window ?? 10_000,
      consecutiveFailures: options.consecutiveFailures ?? 10,
      openFor: options.openFor ?? 5_000,
      maxOpenFor: options.maxOpenFor ?? 60_000,
      probes: options.probes ?? 1,
      probeTimeout: options.probeTimeout ?? 60_000,
    }
    this.#random = random
    this.#state = this.#closed()
  }

  /** Number of responses to calls that started in an earlier state; these have no effect. */
  get lateAnswers(): number {
    return this.#lateAnswers
  }

  state(now: number): BreakerState {
    const state = this.#state
    return state.kind === 'open' && now >= state.until ? 'half-open' : state.kind
  }

  /** True if a call may start. Has no side effect. */
  ask(now: number): BreakerAnswer {
    const state = this.#state
    if (state.kind === 'closed') return go
    if (state.kind === 'open') return now >= state.until ? go : { kind: 'wait', until: state.until }
    const awaited = Array.from(state.out.values()).filter((leftAt) => !this.#isLost(leftAt, now))
    if (awaited.length + state.successes + state.failures < this.#options.probes) return go
    return { kind: 'wait', rearmAt: Math.min(...awaited) + this.#options.probeTimeout }
  }

  /** Counts a call as started, after `ask` has allowed it. Returns its generation, to be passed to `settle`. */
  take(now: number): number {
    if (this.#state.kind === 'closed') return this.#state.generation
    if (this.#state.kind === 'open' && now >= this.#state.until) {
      const { failedProbings } = this.#state
      this.#state = { kind: 'half-open', failedProbings, out: new Map(), successes: 0, failures: 0, retryAt: 0 }
    }
    const generation = ++this.#generation
    if (this.#state.kind === 'half-open') {
      const { out } = this.#state
      for (const [probe, leftAt] of out) if (this.#isLost(leftAt, now)) out.delete(probe)
      out.set(generation, now)
    }
    return generation
  }

  /** Counts the outcome of a call; no effect if it started in an earlier state. `retryAfter` is in milliseconds. */
  settle(now: number, generation: number, outcome: BreakerOutcome, retryAfter = 0): BreakerChange | undefined {
    const state = this.#state
    if (state.kind === 'closed' && state.generation === generation) {
      return this.#settleCall(now, state, outcome, retryAfter)
    }
    if (state.kind === 'half-open' && state.out.delete(generation)) {
      return this.#settleProbe(now, state, outcome, retryAfter)
    }
    this.#lateAnswers++
    return undefined
  }

  /** Opens because another process did, for `time` ms, plus a margin so that the other process probes first. */
  receiveOpen(now: number, time: number): BreakerChange | undefined {
    const state = this.#state
    if (state.kind === 'half-open') return undefined
    const until = now + time * (1.1 + 0.4 * this.#random())
    if (state.kind === 'open') {
      this.#state = { ...state, until: Math.max(state.until, until) }
      return undefined
    }
    this.#state = { kind: 'open', until, failedProbings: 0 }
    return { from: 'closed', to: 'open', reason: 'shared signal', until }
  }

  /** Closes because another process found that the server has recovered. */
  receiveClosed(): BreakerChange | undefined {
    const from = this.#state.kind
    if (from === 'closed') return undefined
    this.#state = this.#closed()
    return { from, to: 'closed', reason: 'shared signal' }
  }

  #settleCall(now: number, state: Closed, outcome: BreakerOutcome, retryAfter: number): BreakerChange | undefined {
    if (outcome === 'ignored') return undefined
    const { failureRatio, minCalls, consecutiveFailures } = this.#options
    state.counts.add(now, outcome)
    if (outcome === 'failure') {
      state.failuresInARow++
      state.retryAt = Math.max(state.retryAt, now + retryAfter)
    } else {
      state.failuresInARow = 0
    }
    if (state.failuresInARow >= consecutiveFailures) {
      return { from: 'closed', to: 'open', reason: 'consecutive failures', until: this.#open(now, 0, state.retryAt) }
    }
    const counted = state.counts.summary(now)
    if (counted.count < minCalls || counted.failureRatio < failureRatio) return undefined
    return { from: 'closed', to: 'open', reason: 'failure ratio', until: this.#open(now, 0, state.retryAt) }
  }

  #settleProbe(now: number, state: HalfOpen, outcome: BreakerOutcome, retryAfter: number): BreakerChange | undefined {
    if (outcome === 'ignored') return undefined
    if (outcome === 'success') {
      state.successes++
    } else {
      state.failures++
      state.retryAt = Math.max(state.retryAt, now + retryAfter)
    }
    const answered = state.successes + state.failures
    if (answered < this.#options.probes) return undefined
    if (state.failures / answered < this.#options.failureRatio) {
      this.#state = this.#closed()
      return { from: 'half-open', to: 'closed', reason: 'probes succeeded' }
    }
    const until = this.#open(now, state.failedProbings + 1, state.retryAt)
    return { from: 'half-open', to: 'open', reason: 'probes failed', until }
  }

  #closed(): Closed {
    const counts = new SlidingCounts(this.#options.window)
    return { kind: 'closed', generation: ++this.#generation, counts, failuresInARow: 0, retryAt: 0 }
  }

  /** Open time: doubled, +-20 % so that clients do not return together, and not before the server's stated time. */
  #open(now: number, failedProbings: number, retryAt: number): number {
    const { openFor, maxOpenFor } = this.#options
    const time = Math.min(maxOpenFor, openFor * 2 ** Math.min(failedProbings, 1_000)) * (0.8 + 0.4 * this.#random())
    const until = Math.max(now + time, retryAt)
    this.#state = { kind: 'open', until, failedProbings }
    return until
  }

  #isLost(leftAt: number, now: number): boolean {
    return now - leftAt >= this.#options.probeTimeout
  }
}
