import { type BulkOptions, type CallResult, type Client, type Progress, UnfinishedError } from 'sluice'
import type { SourceItem } from 'sluice/internal'
import type { Work } from './job.ts'
import { type LineOptions, linesOf } from './page-lines.ts'

export interface PagedWorkParts {
  readonly client: Client
  /** Read by one input at a time, in their order. */
  readonly items: AsyncIterator<SourceItem, void>
  readonly lines: Omit<LineOptions, 'signal'>
  readonly bulk: BulkOptions
  /** How many inputs are followed at the same time. */
  readonly atOnce: number
  /** Ends everything at once. */
  readonly abort: AbortSignal
}

/** Milliseconds that what is in flight is given when the work is stopped. */
const grace = 10_000
/** A share of failures says little before this many lines are there. */
const fewestForShare = 50

/** Follows inputs to their last pages, so many at the same time. Its results are lines, in the order in which they come. */
export class PagedWork implements Work {
  readonly #parts: PagedWorkParts
  readonly #handOver = new HandOver<CallResult>()
  readonly #hurry = new AbortController()
  readonly #startedAt = performance.now()
  readonly #timers: NodeJS.Timeout[] = []
  readonly #counts = { lines: 0, succeeded: 0, failed: 0, active: 0, retries: 0, throttled: 0 }
  /** Workers that wait for an input. */
  readonly #waiting = new Set<(next: undefined) => void>()
  #stopReason: string | undefined
  #sourceFailure: { readonly error: unknown } | undefined

  constructor(parts: PagedWorkParts) {
    this.#parts = parts
  }

  get stopReason(): string | undefined {
    return this.#stopReason
  }

  get progress(): Progress {
    const { succeeded, failed, active, retries, throttled } = this.#counts
    const done = succeeded + failed
    const elapsed = performance.now() - this.#startedAt
    const rate = elapsed === 0 ? 0 : (done * 1_000) / elapsed
    const { inFlight } = this.#parts.client.status()
    const unfinished = this.#stopReason === undefined ? 0 : active
    return { read: done + active, done, succeeded, failed, unfinished, inFlight, retries, throttled, elapsed, rate }
  }

  stop(reason = 'the run was stopped'): void {
    if (this.#stopReason !== undefined) return
    this.#stopReason = reason
    for (const resolve of this.#waiting) resolve(undefined)
    this.#after(grace, () => this.#hurry.abort(new UnfinishedError(reason)))
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<CallResult, void, undefined> {
    const { maxTime } = this.#parts.bulk
    if (maxTime !== undefined) this.#after(Number(maxTime), () => this.stop('the time for the run is up'))
    const abort = (): void => this.#hurry.abort(this.#parts.abort.reason)
    this.#parts.abort.addEventListener('abort', abort, { once: true })
    const workers = Array.from({ length: this.#parts.atOnce }, () => this.#work())
    Promise.all(workers).then(
      () => this.#handOver.end(this.#sourceFailure),
      (error: unknown) => this.#handOver.end({ error }),
    )
    try {
      for await (const result of this.#handOver) {
        this.#count(result)
        yield result
      }
    } finally {
      this.#parts.abort.removeEventListener('abort', abort)
      for (const timer of this.#timers) clearTimeout(timer)
      this.#hurry.abort(new UnfinishedError('the reader of the results has gone'))
      // Not waited for: it may wait for something slow.
      this.#parts.items.return?.()?.catch(() => {})
    }
  }

  /** One input after another, until there are none. */
  async #work(): Promise<void> {
    const { client, lines } = this.#parts
    while (true) {
      const item = await this.#next()
      if (item === undefined || this.#stopReason !== undefined) return
      this.#counts.active++
      try {
        for await (const line of linesOf(client, item, { ...lines, signal: this.#hurry.signal })) {
          await this.#handOver.put({ ...line, index: this.#counts.lines++ })
          if (this.#stopReason !== undefined) break
        }
      } catch (error) {
        if (!(error instanceof UnfinishedError)) throw error
      }
      // An input that was stopped may have more pages.
      if (this.#stopReason === undefined) this.#counts.active--
    }
  }

  /** The next input, unless there is none, or it is stopped. Inputs under way are finished before the source's error is reported. */
  #next(): Promise<SourceItem | undefined> {
    if (this.#stopReason !== undefined) return Promise.resolve(undefined)
    return new Promise((resolve) => {
      this.#waiting.add(resolve)
      this.#parts.items
        .next()
        .catch((error: unknown) => {
          this.#sourceFailure ??= { error }
        })
        .then((next) => {
          this.#waiting.delete(resolve)
          resolve(next?.value ?? undefined)
        })
    })
  }

  #count(result: CallResult): void {
    const { failFast, maxFailures } = this.#parts.bulk
    if (result.ok) this.#counts.succeeded++
    else this.#counts.failed++
    this.#counts.retries += Math.max(0, result.attempts.length - 1)
    for (const { verdict } of result.attempts) if (verdict === 'throttled') this.#counts.throttled++
    if (result.ok) return
    const { failed, succeeded } = this.#counts
    const done = failed + succeeded
    const isTooMany =
      failFast === true ||
      (typeof maxFailures === 'number' && failed >= maxFailures) ||
      (typeof maxFailures === 'string' &&
        done >= fewestForShare &&
        failed > (done * Number.parseFloat(maxFailures)) / 100)
    if (isTooMany)
      this.stop(
        `${failed} ${failed === 1 ? 'failure' : 'failures'} reached ${failFast === true ? '--fail-fast' : `--max-failures ${maxFailures}`}`,
      )
  }

  #after(milliseconds: number, fire: () => void): void {
    this.#timers.push(setTimeout(fire, milliseconds))
  }
}

/** Where several workers put what they have, one at a time, each waiting until it is taken. */
class HandOver<T> {
  readonly #given: { readonly value: T; readonly taken: () => void }[] = []
  #whenGiven: (() => void) | undefined
  #failure: { readonly error: unknown } | undefined
  #hasEnded = false

  /** Waits until somebody takes it. */
  put(value: T): Promise<void> {
    return new Promise((taken) => {
      this.#given.push({ value, taken })
      this.#whenGiven?.()
    })
  }

  /** Nothing more will come; why, if that is a failure. */
  end(failure?: { readonly error: unknown }): void {
    this.#hasEnded = true
    this.#failure ??= failure
    this.#whenGiven?.()
  }

  /** The values, to the end; for one reader. @throws the error that it was ended with */
  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, undefined> {
    while (true) {
      const next = this.#given.shift()
      if (next !== undefined) {
        next.taken()
        yield next.value
      } else if (this.#hasEnded) {
        if (this.#failure !== undefined) throw this.#failure.error
        return
      } else {
        await new Promise<void>((resolve) => {
          this.#whenGiven = resolve
        })
      }
    }
  }
}
