import { type BulkOptions, type CallResult, type Client, type Progress, UnfinishedError } from 'sluice'
import { type BulkSettings, ProgressMeter, resolveBulk, type SourceItem } from 'sluice/internal'
import type { Work } from './job.ts'
import { type LineOptions, linesOf } from './page-lines.ts'

export interface PagedWorkParts {
  readonly client: Client
  /** Inputs, in their order. */
  readonly items: AsyncIterator<SourceItem, void>
  readonly lines: Omit<LineOptions, 'signal'>
  readonly bulk: BulkOptions
  /** Maximum number of inputs followed at the same time. */
  readonly atOnce: number
  /** Cancels everything at once. */
  readonly abort: AbortSignal
}

/** Follows many inputs to their last pages at the same time. Its results are lines, in the order of completion. */
export class PagedWork implements Work {
  readonly #parts: PagedWorkParts
  readonly #channel = new Channel<CallResult>()
  readonly #hurry = new AbortController()
  readonly #settings: BulkSettings
  readonly #meter = new ProgressMeter(undefined, performance.now())
  readonly #timers: NodeJS.Timeout[] = []
  #lines = 0
  /** Inputs that are being followed. */
  #active = 0
  /** Waits of workers for their next input. */
  readonly #waiting = new Set<(next: undefined) => void>()
  #stopReason: string | undefined
  #sourceFailure: { readonly error: unknown } | undefined

  constructor(parts: PagedWorkParts) {
    this.#parts = parts
    this.#settings = resolveBulk(parts.bulk, Number.POSITIVE_INFINITY)
  }

  get stopReason(): string | undefined {
    return this.#stopReason
  }

  get progress(): Progress {
    const progress = this.#meter.at(performance.now(), this.#parts.client.status().inFlight)
    const unfinished = this.#stopReason === undefined ? 0 : this.#active
    return { ...progress, read: progress.done + this.#active, unfinished }
  }

  stop(reason = 'the run was stopped', grace: number = this.#settings.grace): void {
    if (this.#stopReason !== undefined) return
    this.#stopReason = reason
    for (const resolve of this.#waiting) resolve(undefined)
    this.#after(grace, () => this.#hurry.abort(new UnfinishedError(reason)))
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<CallResult, void, undefined> {
    const { maxTime } = this.#settings
    if (maxTime !== Number.POSITIVE_INFINITY) {
      this.#after(maxTime, () => this.stop('the time for the run is up', this.#settings.graceAfterMaxTime))
    }
    const abort = (): void => this.#hurry.abort(this.#parts.abort.reason)
    this.#parts.abort.addEventListener('abort', abort, { once: true })
    const workers = Array.from({ length: this.#parts.atOnce }, () => this.#work())
    Promise.all(workers).then(
      () => this.#channel.end(this.#sourceFailure),
      (error: unknown) => this.#channel.end({ error }),
    )
    try {
      for await (const result of this.#channel) {
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
      this.#active++
      try {
        for await (const line of linesOf(client, item, { ...lines, signal: this.#hurry.signal })) {
          await this.#channel.put({ ...line, index: this.#lines++ })
          if (this.#stopReason !== undefined) break
        }
      } catch (error) {
        if (!(error instanceof UnfinishedError)) throw error
      }
      // An input that was stopped may have more pages.
      if (this.#stopReason === undefined) this.#active--
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
    this.#meter.add(result, performance.now())
    const { failed, succeeded } = this.#meter
    const reason = result.ok ? undefined : this.#settings.stopAt(failed, failed + succeeded)
    if (reason !== undefined) this.stop(reason)
  }

  #after(milliseconds: number, fire: () => void): void {
    this.#timers.push(setTimeout(fire, milliseconds))
  }
}

/** Bounded channel: several workers put values into it, and each waits until its value is taken. */
class Channel<T> {
  readonly #given: { readonly value: T; readonly taken: () => void }[] = []
  #whenGiven: (() => void) | undefined
  #failure: { readonly error: unknown } | undefined
  #hasEnded = false

  /** Resolves when the value is taken. */
  put(value: T): Promise<void> {
    return new Promise((taken) => {
      this.#given.push({ value, taken })
      this.#whenGiven?.()
    })
  }

  /** Ends the channel, with the error that the reader gets if there is one. */
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
