import { durationBucket } from '../../algorithms/histogram/duration-buckets.ts'
import { endingOf, type StoredResult } from '../stored-item.ts'

/** Failures of a group that have the same code and message. */
export interface GroupError {
  readonly code: string
  readonly message: string
  readonly example: string
  readonly exampleIndex: number
  count: number
}

/** What a group adds to the counters of its run: made of the results that were really kept. */
export class GroupTally {
  succeeded = 0
  failed = 0
  requests = 0
  throttled = 0
  readonly endings: Map<string, number> = new Map()
  readonly errors: Map<string, GroupError> = new Map()
  readonly durations: Map<number, number> = new Map()

  add(result: StoredResult): void {
    const { ok, error, requests, throttled, attemptMs } = result
    if (ok) this.succeeded++
    else this.failed++
    this.requests += requests
    this.throttled += throttled
    increment(this.endings, endingOf(result))
    for (const duration of attemptMs) increment(this.durations, durationBucket(duration))
    if (error === undefined) return

    const { code, message } = error
    const key = `${code} ${message}`
    const known = this.errors.get(key)
    if (known !== undefined) known.count++
    else this.errors.set(key, { code, message, example: result.id, exampleIndex: result.index, count: 1 })
  }
}

function increment<K>(counts: Map<K, number>, key: K): void {
  counts.set(key, (counts.get(key) ?? 0) + 1)
}
