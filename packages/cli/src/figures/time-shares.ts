import type { ClientStatus, SluiceEvent } from 'sluice'
import { unreached } from './exit-code.ts'

/** State of a run at one moment. */
export interface RunMoment extends Pick<ClientStatus, 'isPaused' | 'inFlight' | 'concurrency' | 'heldBy'> {
  /** True if hosts have failed and none has responded. */
  readonly isUnreachable: boolean
}

export interface TimeSharesOptions {
  readonly now: () => number
  readonly look: () => RunMoment
  /** True if pagination is followed. */
  readonly isPaged: boolean
}

/** Minimum milliseconds between samples, in the first second and afterwards: sampling many hosts takes time. */
const [soon, later] = [5, 50]

/** Milliseconds after which an input item counts as slow. */
const slowInput = 20

/**
 * Attributes the wall time of a run to its limits. Each moment counts for one limit, so the parts add up to the whole.
 */
export class TimeShares {
  readonly #options: TimeSharesOptions
  readonly #shares = new Map<string, number>()
  readonly #startedAt: number
  readonly #timer: NodeJS.Timeout
  #since: number
  #limit = 'this machine'
  /** Start of the current wait for input; undefined if there is none. */
  #readingSince: number | undefined
  #writers = 0
  #backoff = { until: 0, cause: 'backoff' }
  #lastCode: string | undefined

  constructor(options: TimeSharesOptions) {
    this.#options = options
    this.#startedAt = options.now()
    this.#since = this.#startedAt
    this.#timer = setInterval(() => this.#look(), later)
  }

  observe(event: SluiceEvent): void {
    if (event.type === 'attempt.settled') this.#lastCode = event.error?.code
    if (event.type === 'retry.scheduled') this.#onRetry(event.verdict, event.delay)
    const now = this.#options.now()
    if (now - this.#since >= (now - this.#startedAt < 1_000 ? soon : later)) this.#look()
  }

  /** Wraps an iterator, so that the time spent waiting for it is attributed to the input. */
  reading<T>(items: AsyncIterator<T>): AsyncIterableIterator<T> {
    const hasRead = (): void => {
      this.#readingSince = undefined
    }
    return {
      next: () => {
        this.#readingSince = this.#options.now()
        const next = items.next()
        next.then(hasRead, hasRead)
        return next
      },
      return: async (value) => (await items.return?.(value)) ?? { done: true, value },
      [Symbol.asyncIterator]() {
        return this
      },
    }
  }

  /** Waits for results to be written, so that the time may be attributed to the output. */
  async writing<T>(written: Promise<T>): Promise<T> {
    this.#writers++
    return await written.finally(() => this.#writers--)
  }

  /** Milliseconds by limit so far, the longest first. */
  shares(): ReadonlyMap<string, number> {
    this.#look()
    return new Map([...this.#shares].sort(([, a], [, b]) => b - a))
  }

  close(): void {
    clearInterval(this.#timer)
  }

  /** Attributes the time since the last sample to the limit found then. */
  #look(): void {
    const now = this.#options.now()
    this.#shares.set(this.#limit, (this.#shares.get(this.#limit) ?? 0) + now - this.#since)
    this.#since = now
    this.#limit = this.#limitAt(now)
  }

  #limitAt(now: number): string {
    const { isPaused, inFlight, concurrency, heldBy, isUnreachable } = this.#options.look()
    if (isPaused) return 'pause'
    if (isUnreachable) return 'connection errors'
    if (heldBy.has('concurrency')) return 'concurrency'
    const [gate] = heldBy
    if (gate !== undefined) return gate
    if (this.#writers > 0 && inFlight < concurrency) return 'output'
    if (inFlight === 0 && this.#backoff.until > now) return this.#backoff.cause
    const isReading = this.#readingSince !== undefined && now - this.#readingSince >= slowInput
    if (isReading && inFlight < concurrency) return 'input'
    if (inFlight === 0) return 'this machine'
    return this.#options.isPaged && inFlight < concurrency ? 'paging' : 'server'
  }

  #onRetry(verdict: string, delay: number): void {
    const until = this.#options.now() + delay
    if (until < this.#backoff.until) return
    const isUnreached = this.#lastCode !== undefined && unreached.has(this.#lastCode)
    const cause = verdict === 'throttled' ? 'refusals' : isUnreached ? 'connection errors' : 'backoff'
    this.#backoff = { until, cause }
  }
}
