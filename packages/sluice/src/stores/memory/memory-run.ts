import { durationBucket } from '../../algorithms/histogram/duration-buckets.ts'
import type { RunSlice } from '../run-slice.ts'
import type { CommitGroup, ResultFilter, SourceProgress } from '../run-store.ts'
import { noWish, type RunSteering, type RunWish, steeredWish } from '../run-wish.ts'
import { endingOf, type ParkedItem, type SpooledItem, type StoredResult } from '../stored-item.ts'
import {
  type ErrorTally,
  maxMessages,
  type NewRun,
  otherMessages,
  type RunTallies,
  type StoredRun,
} from '../stored-run.ts'

/** Run of a MemoryStore. Counts are computed on read. */
export class MemoryRun {
  readonly id: number
  readonly begun: NewRun
  readonly results: Map<number, StoredResult> = new Map()
  readonly parked: Map<number, ParkedItem> = new Map()
  readonly spooled: Map<number, SpooledItem> = new Map()
  readonly slices: RunSlice[] = []
  #progress: SourceProgress = { read: 0, hasEnded: false, settledBelow: 0, mark: undefined }
  #elapsed = 0
  #updatedAt: number
  /** Requests of all results, including results that were requeued since. */
  #requests = 0
  #throttled = 0
  readonly #durations = new Map<number, number>()
  wish: RunWish = noWish
  #priority = 0

  constructor(id: number, begun: NewRun) {
    this.id = id
    this.begun = begun
    this.#updatedAt = begun.createdAt
  }

  commit({ results = [], parked = [], spooled = [], slices = [], progress, elapsed = 0, at }: CommitGroup): void {
    for (const result of results) this.#settle(result)
    for (const item of parked) if (!this.results.has(item.index)) this.parked.set(item.index, item)
    for (const item of spooled) if (!this.spooled.has(item.index)) this.spooled.set(item.index, item)
    this.slices.push(...slices)
    if (progress !== undefined) this.#progress = furthest(this.#progress, progress)
    this.#elapsed += elapsed
    this.#updatedAt = at
  }

  steer(steering: RunSteering): void {
    this.wish = steeredWish(this.wish, structuredClone(steering))
    this.#priority = steering.priority ?? this.#priority
  }

  matching({ ok, endings, error, text, below, before }: ResultFilter): StoredResult[] {
    const part = text?.toLowerCase()
    return [...this.results.values()].filter(
      (result) =>
        (ok === undefined || result.ok === ok) &&
        (endings === undefined || endings.includes(endingOf(result))) &&
        (error === undefined || (result.error?.code === error.code && result.error.message === error.message)) &&
        (part === undefined || [result.id, result.url].some((one) => one?.toLowerCase().includes(part) === true)) &&
        (below === undefined || result.index < below) &&
        (before === undefined || result.settledAt < before),
    )
  }

  requeue(filter: ResultFilter): number {
    const failed = this.matching({ ...filter, ok: false })
    for (const { index, id, error } of failed) {
      this.results.delete(index)
      this.parked.set(index, { index, id, until: 0, code: error?.code ?? 'unknown' })
    }
    return failed.length
  }

  state(): Omit<StoredRun, 'claimedBy'> {
    const succeeded = this.matching({ ok: true }).length
    const dates = Array.from(this.parked.values(), ({ until }) => until)
    return {
      ...this.begun,
      ...this.#progress,
      id: this.id,
      updatedAt: this.#updatedAt,
      succeeded,
      failed: this.results.size - succeeded,
      parked: this.parked.size,
      nextDueAt: dates.length === 0 ? undefined : Math.min(...dates),
      requests: this.#requests,
      throttled: this.#throttled,
      elapsed: this.#elapsed,
      priority: this.#priority,
      wish: this.wish,
    }
  }

  tallies(): RunTallies {
    const endings = new Map<string, number>()
    const errors = new Map<string, ErrorTally>()
    let messages = 0
    for (const result of this.results.values()) {
      const ending = endingOf(result)
      endings.set(ending, (endings.get(ending) ?? 0) + 1)
      if (result.error === undefined) continue
      const { code } = result.error
      const isKnown = errors.has(`${code} ${result.error.message}`)
      const message = isKnown || messages < maxMessages ? result.error.message : otherMessages
      if (!isKnown && message !== otherMessages) messages++
      const known = errors.get(`${code} ${message}`)
      errors.set(`${code} ${message}`, {
        code,
        message,
        count: (known?.count ?? 0) + 1,
        example: known?.example ?? result.id,
      })
    }
    return {
      endings,
      errors: [...errors.values()].sort((a, b) => b.count - a.count),
      durations: new Map(this.#durations),
    }
  }

  #settle(result: StoredResult): void {
    if (this.results.has(result.index)) return
    this.results.set(result.index, result)
    this.parked.delete(result.index)
    this.#requests += result.requests
    this.#throttled += result.throttled
    for (const duration of result.attemptMs) {
      const bucket = durationBucket(duration)
      this.#durations.set(bucket, (this.#durations.get(bucket) ?? 0) + 1)
    }
  }
}

function furthest(before: SourceProgress, now: SourceProgress): SourceProgress {
  const isFurther = now.mark !== undefined && now.mark.index >= (before.mark?.index ?? 0)
  return {
    read: Math.max(before.read, now.read),
    hasEnded: before.hasEnded || now.hasEnded,
    settledBelow: Math.max(before.settledBelow, now.settledBelow),
    mark: isFurther ? now.mark : before.mark,
  }
}
