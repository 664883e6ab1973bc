import type { RequestInput } from '../../http/request.ts'
import type { Admission } from '../../policies/admission/admission.ts'
import type { ConcurrencyGate } from '../../policies/admission/concurrency-gate.ts'
import type { Call, Outlet } from '../../policies/attempt.ts'
import type { Clock, Timer } from '../../time/clock.ts'
import type { Caller } from '../caller.ts'
import { UnfinishedError } from '../errors.ts'
import type { CallResult } from '../result.ts'
import { type BulkOptions, type BulkSettings, resolveBulk } from './options.ts'
import { type Progress, RateMeter, timeLeft } from './progress.ts'
import { ResultsBuffer } from './results-buffer.ts'
import { type BulkSource, knownSize, openSource } from './source.ts'

export interface BulkParts {
  readonly caller: Caller
  readonly admission: Admission
  readonly concurrency: ConcurrencyGate
  readonly clock: Clock
  readonly deadline: number
}

/** Time that what is in flight is given when a run is stopped, unless its stopper says otherwise. */
const defaultGrace = 10_000

/**
 * Any number of calls under way, and their results as they come.
 *
 * Memory stays constant: the source is read when there is something to do for it, and no more calls are begun while
 * whoever reads the results is behind.
 */
export class BulkRun<T = unknown> implements AsyncIterableIterator<CallResult<T>, undefined, undefined> {
  readonly #parts: BulkParts
  readonly #settings: BulkSettings
  readonly #source: Iterator<RequestInput> | AsyncIterator<RequestInput>
  readonly #buffer: ResultsBuffer
  readonly #live = new Set<Call>()
  readonly #outlet: Outlet
  readonly #heldBack: (() => void)[] = []
  readonly #takers: {
    resolve(result: IteratorResult<CallResult<T>, undefined>): void
    reject(error: unknown): void
  }[] = []
  readonly #meter: RateMeter
  readonly #startedAt: number
  readonly #giveBack: (() => void)[] = []
  readonly #counts = { read: 0, succeeded: 0, failed: 0, unfinished: 0, retries: 0, throttled: 0 }
  /** Read, and not yet handed over. */
  #outstanding = 0
  #total: number | undefined
  #isReading = false
  #hasEnded = false
  #stopReason: string | undefined
  #error: { readonly error: unknown } | undefined
  #progressTimer: Timer | undefined
  #isFinished = false

  constructor(requests: BulkSource, options: BulkOptions, parts: BulkParts) {
    this.#parts = parts
    this.#settings = resolveBulk(options, parts.deadline)
    this.#settings.signal?.throwIfAborted()
    this.#source = openSource(requests)
    this.#total = this.#settings.total ?? knownSize(requests)
    this.#buffer = new ResultsBuffer(this.#settings.ordered)
    this.#startedAt = parts.clock.now()
    this.#meter = new RateMeter(this.#startedAt)
    const buffer = this.#buffer
    this.#outlet = {
      get isOpen() {
        return buffer.ready < Math.max(64, 2 * parts.concurrency.limit)
      },
      whenOpen: (reenter) => this.#heldBack.push(reenter),
    }
    this.#watch()
  }

  /** How far it is. */
  get progress(): Progress {
    const { read, succeeded, failed, unfinished, retries, throttled } = this.#counts
    const now = this.#parts.clock.now()
    const elapsed = now - this.#startedAt
    const done = succeeded + failed
    const rate = this.#meter.rate(now)
    const left =
      this.#total === undefined || done === 0
        ? undefined
        : timeLeft(this.#total - done, rate, elapsed === 0 ? 0 : (done * 1_000) / elapsed)
    return {
      ...(this.#total === undefined ? undefined : { total: this.#total }),
      read,
      done,
      succeeded,
      failed,
      unfinished,
      inFlight: this.#inFlight,
      retries,
      throttled,
      elapsed,
      rate,
      ...(left === undefined ? undefined : { left }),
    }
  }

  /** Why it was stopped before its end, if it was. */
  get stopReason(): string | undefined {
    return this.#stopReason
  }

  /**
   * Begins nothing more. What is in flight may finish within `grace` milliseconds; what waits, and what would need
   * another attempt, is handed over as a failure with an `UnfinishedError`. What was not read stays unread.
   */
  stop(reason = 'the run was stopped', grace: number = defaultGrace): void {
    if (this.#isFinished) return
    this.#stopReason ??= reason
    const error = new UnfinishedError(this.#stopReason)
    this.#endSource()
    for (const call of [...this.#live]) call.stop(error)
    const timer = this.#parts.clock.timer(grace, () => this.#cancelAll(error))
    this.#giveBack.push(() => timer.cancel())
    this.#advance()
  }

  next(): Promise<IteratorResult<CallResult<T>, undefined>> {
    return new Promise((resolve, reject) => {
      this.#takers.push({ resolve, reject })
      this.#advance()
    })
  }

  /** Leaving the loop: cancels what is in flight, and closes the source. */
  async return(): Promise<IteratorResult<CallResult<T>, undefined>> {
    this.#endSource()
    this.#cancelAll(new UnfinishedError('nobody reads the results any more'))
    this.#finish()
    return { done: true, value: undefined }
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  get #inFlight(): number {
    let count = 0
    for (const call of this.#live) if (call.isInFlight) count++
    return count
  }

  #watch(): void {
    const { signal, maxTime, onProgress } = this.#settings
    const { clock, admission } = this.#parts
    this.#giveBack.push(admission.onWantsMore(() => this.#read()))
    if (signal !== undefined) {
      const abort = (): void => this.#fail(signal.reason)
      signal.addEventListener('abort', abort, { once: true })
      this.#giveBack.push(() => signal.removeEventListener('abort', abort))
    }
    if (maxTime !== Number.POSITIVE_INFINITY) {
      const timer = clock.timer(maxTime, () => this.stop('the time for the run is up'))
      this.#giveBack.push(() => timer.cancel())
    }
    if (onProgress !== undefined) {
      const tell = (): void => {
        onProgress(this.progress)
        this.#progressTimer = clock.timer(1_000, tell)
      }
      this.#progressTimer = clock.timer(1_000, tell)
      this.#giveBack.push(() => {
        this.#progressTimer?.cancel()
        onProgress(this.progress)
      })
    }
  }

  /** Hands over what is there, reads what is wanted, and notices the end. */
  #advance(): void {
    this.#handOver()
    this.#read()
    if (this.#hasEnded && this.#live.size === 0 && this.#buffer.ready === 0 && !this.#isReading) this.#finish()
  }

  #handOver(): void {
    while (this.#takers.length > 0 && this.#buffer.ready > 0) {
      const value = this.#buffer.take() as CallResult<T>
      this.#outstanding--
      this.#takers.shift()!.resolve({ done: false, value })
    }
    if (this.#heldBack.length > 0 && this.#outlet.isOpen) {
      for (const reenter of this.#heldBack.splice(0)) reenter()
    }
  }

  /** Reads while there is something to do for what is read, and begins it. */
  #read(): void {
    if (this.#isReading) return
    this.#isReading = true
    while (this.#wantsMore) {
      let next: IteratorResult<RequestInput> | Promise<IteratorResult<RequestInput>>
      try {
        next = this.#source.next()
      } catch (error) {
        this.#sourceFailed(error)
        break
      }
      if ('then' in next) {
        // Read on when it is there; until then `#isReading` keeps others from asking the source.
        next.then(
          (result) => {
            this.#isReading = false
            this.#begin(result)
            this.#advance()
          },
          (error) => {
            this.#isReading = false
            this.#sourceFailed(error)
            this.#advance()
          },
        )
        return
      }
      this.#begin(next)
    }
    this.#isReading = false
  }

  get #wantsMore(): boolean {
    if (this.#hasEnded) return false
    const { concurrency, admission } = this.#parts
    const mayHold = this.#settings.readAhead + concurrency.limit
    return this.#outstanding < mayHold && this.#outlet.isOpen && admission.wantsMore
  }

  #begin(next: IteratorResult<RequestInput>): void {
    if (next.done === true) {
      this.#hasEnded = true
      this.#total = this.#counts.read
      return
    }
    // A source that was asked before the stop and answers after it: its item is accounted for like the others.
    const { deadline } = this.#settings
    const { call, result } = this.#parts.caller.begin(next.value, {
      index: this.#counts.read,
      deadline,
      outlet: this.#outlet,
    })
    this.#counts.read++
    this.#outstanding++
    if (call !== undefined) {
      this.#live.add(call)
      if (this.#stopReason !== undefined) call.stop(new UnfinishedError(this.#stopReason))
    }
    result.then((settled) => this.#settled(call, settled))
  }

  #settled(call: Call | undefined, result: CallResult): void {
    if (call !== undefined) this.#live.delete(call)
    if (this.#isFinished) return
    this.#count(result)
    this.#buffer.add(result)
    const { failed, succeeded } = this.#counts
    if (!result.ok && this.#stopReason === undefined && this.#settings.isTooMany(failed, failed + succeeded)) {
      this.stop(`${failed} failed, which is as many as may`)
    }
    this.#advance()
  }

  #count(result: CallResult): void {
    if (!result.ok && result.error instanceof UnfinishedError) {
      this.#counts.unfinished++
      return
    }
    if (result.ok) this.#counts.succeeded++
    else this.#counts.failed++
    this.#counts.retries += Math.max(0, result.attempts.length - 1)
    for (const attempt of result.attempts) if (attempt.verdict === 'throttled') this.#counts.throttled++
    this.#meter.add(this.#parts.clock.now())
  }

  /** What has been begun is finished and handed over before the error is thrown. */
  #sourceFailed(error: unknown): void {
    this.#hasEnded = true
    this.#error = { error }
  }

  #fail(error: unknown): void {
    this.#error = { error }
    this.#endSource()
    this.#cancelAll(error)
    this.#finish()
  }

  #endSource(): void {
    if (this.#hasEnded) return
    this.#hasEnded = true
    try {
      // A source that waits for something slow would keep us waiting too; it is told, and not waited for.
      Promise.resolve(this.#source.return?.()).catch(() => {})
    } catch {
      // What a source says while it is closed changes nothing any more.
    }
  }

  #cancelAll(reason: unknown): void {
    for (const call of [...this.#live]) call.cancellation.cancel(reason)
  }

  #finish(): void {
    if (!this.#isFinished) {
      this.#isFinished = true
      for (const giveBack of this.#giveBack.splice(0)) giveBack()
    }
    for (const taker of this.#takers.splice(0)) {
      const failure = this.#error
      this.#error = undefined
      if (failure === undefined) taker.resolve({ done: true, value: undefined })
      else taker.reject(failure.error)
    }
  }
}
