import { ClosedError } from '../../policies/errors.ts'
import { type CallError, UnfinishedError } from '../errors.ts'
import { type CallResult, noTime } from '../result.ts'
import { AwaitedItem } from './awaited-item.ts'
import { Budget } from './budget.ts'
import type { BulkParts } from './bulk-parts.ts'
import { CallConsumer } from './consume.ts'
import type { GrowingSource } from './follow.ts'
import { Following } from './following.ts'
import { HeldCalls } from './held-calls.ts'
import { LiveCalls } from './live-calls.ts'
import { type BulkOptions, type BulkSettings, resolveBulk } from './options.ts'
import { type Progress, ProgressMeter } from './progress.ts'
import { ReadAhead, type ReadItem } from './read-ahead.ts'
import { ReadingPause } from './reading-pause.ts'
import { Consumers, ResultsBuffer } from './results-buffer.ts'
import { type BulkSource, badItem, knownSize, type SourceItem } from './source.ts'
import { SourceReader } from './source-reader.ts'
import { watchRun } from './watch-run.ts'

/**
 * Runs any number of calls and yields their results as they complete.
 *
 * Memory stays constant: the source is read on demand, no further call starts while the consumer of the results lags,
 * and items whose host is blocked are buffered as plain requests.
 */
export class BulkRun<T = unknown, Meta = unknown, E = CallError>
  implements AsyncIterableIterator<CallResult<T, Meta, E>>
{
  readonly #parts: BulkParts
  readonly #settings: BulkSettings
  readonly #reader: SourceReader
  readonly #following: Following | undefined
  readonly #consumer: CallConsumer
  readonly #buffer: ResultsBuffer
  readonly #held: HeldCalls
  readonly #meter: ProgressMeter
  /** Costs so far, and the budget, which can be replaced. @internal */
  readonly budget: Budget
  readonly #readAhead: ReadAhead
  readonly #live = new LiveCalls()
  readonly #consumers = new Consumers<CallResult>()
  readonly #cleanups: (() => void)[] = []
  /** Number of items that were read and whose results were not taken yet. */
  #outstanding = 0
  #isBringing = false
  /** True if a buffered item, if one can start, goes before the next item of the source. */
  #isTurnOfKept = false
  readonly #rest: ReadingPause
  readonly #awaited: AwaitedItem
  #stopReason: string | undefined
  #failure: { readonly error: unknown } | undefined
  #hasBegun = false
  #isFinished = false

  constructor(requests: BulkSource, options: BulkOptions<T>, parts: BulkParts) {
    this.#parts = parts
    this.#settings = resolveBulk(options, parts.deadline)
    this.#following = Following.of(requests, this.#settings, parts)
    this.#settings.signal?.throwIfAborted()
    this.#buffer = new ResultsBuffer(this.#settings.ordered)
    this.#consumer = new CallConsumer(this.#settings.each, parts.clock)
    const isFull = (): boolean => !this.#buffer.hasRoom(parts.concurrency.limit, this.#consumer.active)
    this.#held = new HeldCalls(isFull, ({ request }) => this.#readAhead.onAdmitted(request.partition))
    this.#readAhead = new ReadAhead(parts.concurrency)
    this.#awaited = new AwaitedItem(this.#buffer, this.#held, this.#readAhead, parts)
    const total = this.#following === undefined ? (this.#settings.total ?? knownSize(requests)) : undefined
    this.#meter = new ProgressMeter(total, parts.clock.now())
    const { spending } = requests as Partial<GrowingSource>
    this.budget = new Budget(this.#settings.budget, parts.costs, spending, (reason) => this.stop(reason))
    this.#rest = new ReadingPause(parts.clock, () => this.#advance())
    this.#reader = new SourceReader(this.#following?.source ?? requests, {
      wantsMore: () => this.#mayRead && this.#isWanted,
      onItem: (item) => this.#take(item),
      onEnd: (failure) => {
        // Calls in progress finish and their results are returned before the source's error is thrown.
        this.#failure = failure
        if (failure === undefined) this.#meter.total = this.#meter.read
      },
      onProgress: () => this.#advance(),
    })
  }

  /** Progress so far. */
  get progress(): Progress {
    return { ...this.#meter.at(this.#parts.clock.now(), this.#live.inFlight), ...this.budget.state }
  }

  /** Number of results ready to be taken. @internal */
  get ready(): number {
    return this.#buffer.ready
  }

  /** Reason of the stop; undefined if the run was not stopped early. */
  get stopReason(): string | undefined {
    return this.#stopReason
  }

  /**
   * Starts no further attempts; those in flight may finish within `grace` milliseconds. Calls that would need another
   * fail with an `UnfinishedError`. Items that were not read yet stay unread.
   */
  stop(reason = 'the run was stopped', grace: number = this.#settings.grace): void {
    if (this.#isFinished) return
    this.#stopReason ??= reason
    const error = new UnfinishedError(this.#stopReason)
    this.#reader.close()
    this.#dropIf(() => true, error)
    const timer = this.#parts.clock.timer(grace, () => this.#live.cancel(error))
    this.#cleanups.push(() => timer.cancel())
    this.#advance()
  }

  /** Starts no attempt while `isHeld` returns true; called before each one. Call `wake` when its result changes. */
  holdWhile(isHeld: () => boolean): void {
    this.#held.holdWhile(isHeld)
  }

  /** Extends the deadlines of the calls that are not in flight by the time for which the run was held. */
  addTime(milliseconds: number): void {
    this.#live.addTime(milliseconds)
  }

  /** Starts the calls that are no longer held. */
  wake(): void {
    if (this.#hasBegun && !this.#isFinished) this.#advance()
  }

  /** Ends the calls of the items with these indexes, as `stop` does. Attempts in flight may finish. */
  drop(isDropped: (index: number) => boolean, reason: string): void {
    if (this.#isFinished) return
    this.#dropIf(isDropped, new UnfinishedError(reason))
    this.#advance()
  }

  next(): Promise<IteratorResult<CallResult<T, Meta, E>, undefined>> {
    return this.#serve(this.#consumers.wait()) as Promise<IteratorResult<CallResult<T, Meta, E>, undefined>>
  }

  /** Gives all results to `take`, and resolves at the end: a promise for each takes a tenth of its CPU. @internal */
  collect(take: (result: CallResult) => void): Promise<void> {
    return this.#serve(this.#consumers.collect(take))
  }

  #serve<P>(consumer: P): P {
    if (!this.#hasBegun && !this.#isFinished) this.#watch()
    if (this.#isFinished) this.#finish()
    else this.#advance()
    return consumer
  }

  /** Called when the consumer leaves the loop: cancels all calls in flight and closes the source. */
  async return(): Promise<IteratorResult<CallResult<T, Meta, E>, undefined>> {
    this.#end(new UnfinishedError('the results are no longer read'))
    return { done: true, value: undefined }
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  /** Called at the first request for a result: nothing is read or watched before. */
  #watch(): void {
    this.#hasBegun = true
    const { clock, admission, runs } = this.#parts
    this.#cleanups.push(admission.onWantsMore(() => this.#bring()))
    this.#cleanups.push(...watchRun(this, this.#settings, clock, (reason) => this.#end(reason, true)))
    // Last, because on a closed client it ends the run, and everything above with it.
    if (runs.isClosed) this.#end(new ClosedError(), true)
    else this.#cleanups.push(runs.add(this))
  }

  /** Hands over the results that are ready, and reads more items. */
  #advance(): void {
    while (this.#consumers.areWaiting && this.#buffer.ready > 0) {
      this.#outstanding--
      this.#consumers.give(this.#parts.handOver(this.#buffer.take()!))
    }
    this.#held.release(this.#buffer.awaited !== undefined)
    this.#bring()
    this.#awaited.next((item) => this.#begin(item))
  }

  /** Starts calls as admission allows, alternating between buffered and new items, and ends the run after the last. */
  #bring(): void {
    if (this.#isBringing) return
    this.#isBringing = true
    this.#reader.read()
    while (this.#isWanted && this.#readAhead.hasNext) {
      this.#isTurnOfKept = false
      this.#begin(this.#readAhead.next()!)
      this.#reader.read()
    }
    this.#isBringing = false
    if (this.#reader.isDone && this.#outstanding === 0) this.#finish()
  }

  /** True if another call may start now. */
  get #isWanted(): boolean {
    return this.#held.isOpen && this.#live.count < this.#settings.concurrency && this.#parts.admission.wantsMore
  }

  get #mayRead(): boolean {
    const mayHold = this.#settings.readAhead + this.#parts.concurrency.limit
    if (this.#outstanding >= mayHold || this.#readAhead.isFull) return false
    // A rest suspends reading into the buffer, not reading of items that can start.
    if (this.#rest.isResting && !this.#readAhead.isEmpty) return false
    return !(this.#isTurnOfKept && this.#readAhead.hasNext)
  }

  #take(read: SourceItem): void {
    if (this.#isFinished) return
    const position = this.#meter.read++
    const { index = position } = read
    this.#outstanding++
    const begun = this.#following?.begin(read, index)
    const given = begun ?? read
    const prepared =
      'request' in given
        ? this.#parts.caller.prepare(given.request, index, this.#settings.each !== undefined)
        : { request: undefined, failure: badItem(given, index) }
    if (prepared.request === undefined) {
      Promise.resolve(prepared.failure).then((failure) => this.#settle(position, failure, begun))
      return
    }
    const item = { position, index, request: prepared.request, given: begun }
    if (this.#stopReason !== undefined) this.#leave(item, new UnfinishedError(this.#stopReason))
    else {
      this.#isTurnOfKept = true
      if (this.#readAhead.add(item)) this.#begin(item)
      else this.#rest.onKept()
    }
  }

  #begin({ position, index, request, given }: ReadItem): void {
    const { deadline, schema } = this.#settings
    const details = {
      index,
      deadline,
      backPressure: this.#settings.ordered ? this.#held.except(() => this.#buffer.awaited === position) : this.#held,
      waitsForRecovery: true,
      keepBody: this.#settings.keepBody || this.#following?.needsBody === true,
      schema,
      scope: this.#parts.scope,
      spending: this.budget,
    }
    const started = this.#parts.caller.begin(request, details)
    const link = this.#live.add(started.call)
    this.#consumer.resultOf(started).then((settled) => {
      this.#live.remove(link)
      this.#readAhead.onEnded(request.partition, started.call.wasAdmitted)
      this.#settle(position, settled, given)
    })
  }

  #dropIf(isDropped: (index: number) => boolean, error: UnfinishedError): void {
    for (const item of this.#readAhead.take(({ index }) => isDropped(index))) this.#leave(item, error)
    this.#live.stop(isDropped, error)
  }

  /** Adds the result of an item that is not started. */
  #leave({ position, index, request }: ReadItem, error: UnfinishedError): void {
    this.#add(position, { ok: false, index, id: request.id, request, attempts: [], timing: noTime, error })
  }

  #settle(position: number, settled: CallResult, given: SourceItem | undefined): void {
    if (this.#isFinished) return
    const result = given === undefined ? settled : this.#following!.settle(position, settled, given)
    this.#add(position, result)
    const { failed, succeeded } = this.#meter
    const reason = result.ok ? undefined : this.#settings.stopAt(failed, failed + succeeded)
    if (reason !== undefined && this.#stopReason === undefined) this.stop(reason)
    this.#advance()
  }

  #add(position: number, result: CallResult): void {
    this.#meter.add(result, this.#parts.clock.now())
    this.#buffer.add(position, result)
  }

  #end(reason: unknown, isThrown = false): void {
    if (isThrown) this.#failure = { error: reason }
    this.#reader.close()
    this.#readAhead.take(() => true)
    this.#live.cancel(reason)
    this.#finish()
  }

  #finish(): void {
    if (!this.#isFinished) {
      this.#isFinished = true
      this.#rest.cancel()
      for (const cleanUp of this.#cleanups.splice(0)) cleanUp()
    }
    if (this.#consumers.end(this.#failure)) this.#failure = undefined
  }
}
