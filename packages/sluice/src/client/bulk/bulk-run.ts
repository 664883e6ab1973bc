import type { RequestInput } from '../../http/request.ts'
import type { Admission } from '../../policies/admission/admission.ts'
import type { ConcurrencyGate } from '../../policies/admission/concurrency-gate.ts'
import type { Call, Outlet } from '../../policies/attempt.ts'
import type { Clock, Timer } from '../../time/clock.ts'
import type { Caller } from '../caller.ts'
import { UnfinishedError } from '../errors.ts'
import type { CallResult } from '../result.ts'
import { type BulkOptions, type BulkSettings, resolveBulk } from './options.ts'
import { type Progress, ProgressMeter } from './progress.ts'
import { ResultsBuffer } from './results-buffer.ts'
import { type BulkSource, knownSize } from './source.ts'
import { SourceReader } from './source-reader.ts'

export interface BulkParts {
  readonly caller: Caller
  readonly admission: Admission
  readonly concurrency: ConcurrencyGate
  readonly clock: Clock
  /** The client's, in milliseconds. */
  readonly deadline: number
}

/** Somebody who waits for the next result. */
interface Taker<T> {
  resolve(result: IteratorResult<CallResult<T>, undefined>): void
  reject(error: unknown): void
}

/** Time in milliseconds that what is in flight is given when a run is stopped, unless its stopper says otherwise. */
const defaultGrace = 10_000
/** Results that may wait for their reader before no more calls are begun. */
const fewestBuffered = 64

/**
 * Any number of calls under way, and their results as they come.
 *
 * Memory stays constant: the source is read when there is something to do for it, and no more calls are begun while
 * whoever reads the results is behind.
 */
export class BulkRun<T = unknown> implements AsyncIterableIterator<CallResult<T>, undefined, undefined> {
  readonly #parts: BulkParts
  readonly #settings: BulkSettings
  readonly #reader: SourceReader
  readonly #buffer: ResultsBuffer
  readonly #outlet: Outlet
  readonly #meter: ProgressMeter
  readonly #live = new Set<Call>()
  readonly #takers: Taker<T>[] = []
  /** Calls that wait until the results are read. */
  readonly #heldBack: (() => void)[] = []
  /** What has to be given back at the end. */
  readonly #loans: (() => void)[] = []
  /** Read, and not yet handed over. */
  #outstanding = 0
  #stopReason: string | undefined
  #failure: { readonly error: unknown } | undefined
  #hasBegun = false
  #isFinished = false

  constructor(requests: BulkSource, options: BulkOptions, parts: BulkParts) {
    this.#parts = parts
    this.#settings = resolveBulk(options, parts.deadline)
    this.#settings.signal?.throwIfAborted()
    const buffer = new ResultsBuffer(this.#settings.ordered)
    this.#buffer = buffer
    this.#meter = new ProgressMeter(this.#settings.total ?? knownSize(requests), parts.clock.now())
    this.#outlet = {
      get isOpen() {
        return buffer.ready < Math.max(fewestBuffered, 2 * parts.concurrency.limit)
      },
      whenOpen: (reenter) => this.#heldBack.push(reenter),
    }
    this.#reader = new SourceReader(requests, {
      wantsMore: () => this.#wantsMore,
      onItem: (item) => this.#begin(item),
      onEnd: (failure) => {
        // What has been begun is finished and handed over before the source's error is thrown.
        this.#failure = failure
        if (failure === undefined) this.#meter.total = this.#meter.read
      },
      onProgress: () => this.#advance(),
    })
  }

  /** How far it is. */
  get progress(): Progress {
    let inFlight = 0
    for (const call of this.#live) if (call.isInFlight) inFlight++
    return this.#meter.at(this.#parts.clock.now(), inFlight)
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
    this.#reader.close()
    for (const call of [...this.#live]) call.stop(error)
    const timer = this.#parts.clock.timer(grace, () => this.#cancelAll(error))
    this.#loans.push(() => timer.cancel())
    this.#advance()
  }

  next(): Promise<IteratorResult<CallResult<T>, undefined>> {
    return new Promise((resolve, reject) => {
      if (!this.#hasBegun) this.#watch()
      this.#takers.push({ resolve, reject })
      if (this.#isFinished) this.#finish()
      else this.#advance()
    })
  }

  /** Leaving the loop: cancels what is in flight, and closes the source. */
  async return(): Promise<IteratorResult<CallResult<T>, undefined>> {
    this.#end(new UnfinishedError('nobody reads the results any more'))
    return { done: true, value: undefined }
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  /** Nothing is read, and nothing borrowed, before the first result is asked for. */
  #watch(): void {
    this.#hasBegun = true
    const { signal, maxTime, onProgress } = this.#settings
    const { clock, admission } = this.#parts
    this.#loans.push(admission.onWantsMore(() => this.#reader.read()))
    if (signal !== undefined) {
      const abort = (): void => {
        this.#failure = { error: signal.reason }
        this.#end(signal.reason)
      }
      signal.addEventListener('abort', abort, { once: true })
      this.#loans.push(() => signal.removeEventListener('abort', abort))
    }
    if (maxTime !== Number.POSITIVE_INFINITY) {
      const timer = clock.timer(maxTime, () => this.stop('the time for the run is up'))
      this.#loans.push(() => timer.cancel())
    }
    if (onProgress !== undefined) this.#tellEverySecond(onProgress)
  }

  #tellEverySecond(onProgress: (progress: Progress) => void): void {
    let timer: Timer
    const tell = (): void => {
      timer = this.#parts.clock.timer(1_000, tell)
      onProgress(this.progress)
    }
    timer = this.#parts.clock.timer(1_000, tell)
    this.#loans.push(() => {
      timer.cancel()
      onProgress(this.progress)
    })
  }

  /** Hands over what is there, reads what is wanted, and notices the end. */
  #advance(): void {
    while (this.#takers.length > 0 && this.#buffer.ready > 0) {
      this.#outstanding--
      this.#takers.shift()!.resolve({ done: false, value: this.#buffer.take() as CallResult<T> })
    }
    if (this.#outlet.isOpen) for (const reenter of this.#heldBack.splice(0)) reenter()
    this.#reader.read()
    if (this.#reader.isDone && this.#outstanding === 0) this.#finish()
  }

  get #wantsMore(): boolean {
    const { concurrency, admission } = this.#parts
    const mayHold = this.#settings.readAhead + concurrency.limit
    return this.#outstanding < mayHold && this.#outlet.isOpen && admission.wantsMore
  }

  #begin(item: RequestInput): void {
    const details = {
      index: this.#meter.read,
      deadline: this.#settings.deadline,
      outlet: this.#outlet,
      isPatient: true,
      keepBody: this.#settings.keepBody,
    }
    const { call, result } = this.#parts.caller.begin(item, details)
    this.#meter.read++
    this.#outstanding++
    if (call !== undefined) {
      this.#live.add(call)
      if (this.#stopReason !== undefined) call.stop(new UnfinishedError(this.#stopReason))
    }
    result.then((settled) => this.#settle(call, settled))
  }

  #settle(call: Call | undefined, result: CallResult): void {
    if (call !== undefined) this.#live.delete(call)
    if (this.#isFinished) return
    this.#meter.add(result, this.#parts.clock.now())
    this.#buffer.add(result)
    const { failed, succeeded } = this.#meter
    if (!result.ok && this.#stopReason === undefined && this.#settings.isTooMany(failed, failed + succeeded)) {
      this.stop(`${failed} failed, which is as many as may`)
    }
    this.#advance()
  }

  #cancelAll(reason: unknown): void {
    for (const call of [...this.#live]) call.cancellation.cancel(reason)
  }

  #end(reason: unknown): void {
    this.#reader.close()
    this.#cancelAll(reason)
    this.#finish()
  }

  #finish(): void {
    if (!this.#isFinished) {
      this.#isFinished = true
      for (const giveBack of this.#loans.splice(0)) giveBack()
    }
    for (const taker of this.#takers.splice(0)) {
      const failure = this.#failure
      this.#failure = undefined
      if (failure === undefined) taker.resolve({ done: true, value: undefined })
      else taker.reject(failure.error)
    }
  }
}
