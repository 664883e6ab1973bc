import type { Rate } from '../algorithms/rate/rate.ts'
import { type ClientOptions, resolveClient } from '../client/settings.ts'
import type { RequestInput } from '../http/request.ts'
import type { QuotaMemory, RememberedSend } from '../policies/admission/gates/rate-gate.ts'
import { Cancellation } from '../time/cancellation.ts'
import type { Clock } from '../time/clock.ts'
import { formatDuration } from '../time/duration.ts'
import { waitFor } from '../time/sleep.ts'
import type { Transport } from '../transport/transport.ts'
import type { BenchmarkSettings } from './options.ts'
import { plannedRequests, type RowPlan, requestsOf, type Turn, turnsOf } from './plan.ts'
import { measureRound, type Round, restAsked } from './round.ts'
import { storm } from './sweet-spot.ts'

/** Longest pause in milliseconds that a server may request before the measurement stops. */
const longestRest = 10_000

/** All rounds of a benchmark, and their results so far. */
export class Measurement implements AsyncDisposable {
  readonly rounds: Round[] = []
  readonly notes: string[] = []
  /** Milliseconds since the epoch. */
  readonly startedAt: number
  readonly #client: ClientOptions
  /** Milliseconds between two rounds. */
  readonly #pause: number
  readonly #requests: readonly RequestInput[]
  readonly #settings: BenchmarkSettings
  readonly #clock: Clock
  readonly #budget: RequestBudget
  /** Connections shared by rows, so that they are open when measured. */
  readonly #kept: Transport
  /** A new connection for each request. */
  readonly #fresh: Transport
  /** Levels from this one up are skipped. */
  #ceiling = Number.POSITIVE_INFINITY
  #isOver = false

  constructor(client: ClientOptions, requests: readonly RequestInput[], settings: BenchmarkSettings) {
    this.#client = { ...client, quotaMemory: client.quotaMemory ?? new RoundQuotas() }
    this.#requests = requests
    this.#settings = settings
    const { clock, transport, rates, burst } = resolveClient(client)
    this.#clock = clock
    this.#pause = restForRates(rates, burst)
    this.#budget = new RequestBudget(plannedRequests(settings), settings.onSent)
    this.#kept = transport
    this.#fresh = resolveClient({ ...client, keepAlive: false }).transport
    this.startedAt = clock.wallTime()
    if (settings.pointless.length > 0) {
      this.notes.push(
        `${settings.pointless.join(', ')} at once: left out, because there are only ${settings.count} requests`,
      )
    }
  }

  get sent(): number {
    return this.#budget.sent
  }

  async run(): Promise<void> {
    const { repeat, signal, onTurn } = this.#settings
    for (let round = 1; round <= repeat; round++) {
      for (const turn of turnsOf(this.#settings, round)) {
        if (this.#isOver) return
        if (turn.concurrency !== 'auto' && turn.concurrency >= this.#ceiling) continue
        onTurn({ round, rounds: repeat, ...turn, sent: this.sent })
        await this.#take(turn)
        signal?.throwIfAborted()
      }
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([this.#kept.close(), this.#fresh.close()])
  }

  async #take(turn: Turn): Promise<void> {
    const plan: RowPlan = turn.mode === 'warm-up' ? { mode: 'concurrent', concurrency: turn.concurrency } : turn
    if (this.sent > 0) await this.#wait(this.#pause)
    this.#settings.signal?.throwIfAborted()
    const wanted = requestsOf(turn, this.#settings)
    const round = await measureRound(plan, {
      client: this.#client,
      transport: this.#budget.over(turn.mode === 'sequential' ? this.#fresh : this.#kept),
      requests: Array.from({ length: wanted }, (_, index) => this.#requests[index % this.#requests.length]!),
      clock: this.#clock,
      effort: this.#settings.effort,
      signal: this.#settings.signal,
    })
    const isStorm = this.#learnFrom(round)
    // Overload that the server did not tolerate was already observed, so it is not repeated.
    if (turn.mode !== 'warm-up' || isStorm) this.rounds.push(round)
    await this.#rest(restAsked(round, this.#clock.wallTime()))
  }

  /** Records a load that the server does not tolerate. Returns true if this round was one. */
  #learnFrom({ plan, samples }: Round): boolean {
    const failed = samples.filter(({ ok }) => !ok).length
    if (failed === samples.length && plan.mode === 'sequential') {
      this.#isOver = true
      this.notes.push(`stopped after the first row: none of its ${samples.length} requests succeeded`)
    }
    if (plan.mode !== 'concurrent' || failed <= storm * samples.length) return false
    this.#ceiling = Math.min(this.#ceiling, plan.concurrency as number)
    const refused = samples.filter(({ isThrottled }) => isThrottled).length
    const how = refused > failed / 2 ? 'were refused (429)' : 'failed'
    this.notes.push(`skipped the levels from ${plan.concurrency} up: ${failed} of ${samples.length} requests ${how}`)
    return true
  }

  async #rest(asked: number): Promise<void> {
    if (asked <= 0 || this.#isOver) return
    if (asked > longestRest) {
      this.#isOver = true
      this.notes.push(`stopped early: the API requested a wait of ${formatDuration(asked)} (Retry-After)`)
      return
    }
    await this.#wait(asked)
  }

  /** Ends early if the measurement is aborted. */
  async #wait(delay: number): Promise<void> {
    if (delay <= 0) return
    const cancellation = new Cancellation()
    const { signal } = this.#settings
    const abort = (): void => cancellation.cancel(signal?.reason)
    if (signal?.aborted === true) abort()
    signal?.addEventListener('abort', abort, { once: true })
    await waitFor(this.#clock, delay, cancellation)
    signal?.removeEventListener('abort', abort)
  }
}

/** Longest window in milliseconds that is paced; longer ones are quotas, which a client remembers. */
const longestPacedWindow = 60_000

/**
 * Pause in milliseconds after the last request of a round, so that the given rates hold across rounds, each of which
 * has its own client: two even gaps of the slowest rate, since requests may be one gap early.
 */
function restForRates(rates: readonly Rate[], burst: number): number {
  const gaps = rates.filter(({ per }) => per <= longestPacedWindow).map(({ count, per }) => (2 * per * burst) / count)
  return Math.max(0, ...gaps)
}

/** Quota memory shared by all rounds. Its size is bounded by the benchmark. */
class RoundQuotas implements QuotaMemory {
  readonly #sends = new Map<string, RememberedSend[]>()

  recall(quota: string): readonly RememberedSend[] {
    return this.#sends.get(quota) ?? []
  }

  record(quota: string, send: RememberedSend): void {
    const sends = this.#sends.get(quota)
    if (sends === undefined) this.#sends.set(quota, [send])
    else sends.push(send)
  }
}

/** Limits the number of requests, so that the announced maximum holds. */
export class RequestBudget {
  readonly #most: number
  readonly #onSent: (sent: number) => void
  #sent = 0

  constructor(most: number, onSent: (sent: number) => void = () => {}) {
    this.#most = most
    this.#onSent = onSent
  }

  get sent(): number {
    return this.#sent
  }

  /** Same transport, counted. */
  over(transport: Transport): Transport {
    return {
      ...transport,
      send: async (request, exchange) => {
        if (this.#sent >= this.#most) throw new Error(`more than the ${this.#most} requests that were announced`)
        this.#sent++
        this.#onSent(this.#sent)
        return await transport.send(request, exchange)
      },
    }
  }
}
