import type { RunReport } from '@sluice/report'
import type { CallResult, Timing } from 'sluice'
import type { StoredResult } from 'sluice/stores'
import type { Redact } from '../run/redactor.ts'
import { FirstCalls } from './first-calls.ts'
import { RunSlices } from './run-slices.ts'

/** What a page shows of an id. */
const longestId = 200

/** Collects what a report tells of single results. Its size does not grow with the run. */
export class RunCollector {
  readonly #slices = new RunSlices()
  readonly #calls = new FirstCalls()
  readonly #redact: Redact
  #backoff = 0

  constructor(redact: Redact = (text) => text) {
    this.#redact = redact
  }

  /** Milliseconds that calls have waited between attempts, added up. */
  get backoff(): number {
    return this.#backoff
  }

  /** The result of a call that came `at` milliseconds after the run began. */
  addCall(result: CallResult, at: number): void {
    this.#add(at, {
      request: result.request,
      index: result.index,
      id: result.id,
      ok: result.ok,
      status: result.status,
      attempts: result.attempts.length,
      throttled: result.attempts.filter(({ verdict }) => verdict === 'throttled').length,
      attemptMs: result.attempts.map(({ duration }) => duration),
      timing: result.timing,
    })
  }

  /** A result of a run that began at `startedAt`, in milliseconds since the epoch. */
  addStored(result: StoredResult, startedAt: number): void {
    const [queued, backoff, connect, firstByte, body, total] = result.timing
    const timing = { queued, backoff, connect, firstByte, body, total }
    this.#add(result.settledAt - startedAt, { ...result, timing })
  }

  collected(): Pick<RunReport, 'series' | 'waterfall'> {
    return { series: this.#slices.series(), waterfall: this.#calls.list() }
  }

  #add(at: number, result: CollectedResult): void {
    const { queued, backoff, connect, firstByte, body, total } = result.timing
    this.#slices.add(at, result)
    this.#backoff += backoff
    const startMs = Math.max(0, at - total)
    if (!this.#calls.wants(startMs)) return
    const id = this.#redact(result.id, result.request)
    this.#calls.add({
      index: result.index,
      id: id.length <= longestId ? id : `${id.slice(0, longestId - 1)}…`,
      startMs,
      queuedMs: queued,
      connectMs: connect,
      firstByteMs: firstByte,
      bodyMs: body,
      backoffMs: backoff,
      attempts: result.attempts,
      ok: result.ok,
      ...(result.status === undefined ? undefined : { status: result.status }),
    })
  }
}

/** A run whose results were collected as they came. */
export interface CollectedRun extends Pick<RunReport, 'title' | 'startedAt'> {
  readonly collector: RunCollector
}

interface CollectedResult {
  readonly request?: CallResult['request']
  readonly index: number
  readonly id: string
  readonly ok: boolean
  readonly status?: number | undefined
  readonly attempts: number
  readonly throttled: number
  readonly attemptMs: readonly number[]
  readonly timing: Timing
}
