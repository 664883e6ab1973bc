import type { RunBar, RunReport } from '@sluice/report'
import type { CallResult, Timing } from 'sluice'
import type { RunSlice } from 'sluice/internal'
import type { StoredResult } from 'sluice/stores'
import type { Redact } from '../outputs/redactor.ts'
import { RunSlices } from './run-slices.ts'

/** Maximum length of an id on a page. */
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
    this.#add(result.settledAt - startedAt, { ...result, timing: timingOf(result) })
  }

  /** The same, of a run whose stretches are added too: it counts as one of the calls only. */
  addStoredCall(result: StoredResult, startedAt: number): void {
    this.#calls.add(storedBar(result, startedAt))
  }

  /** A stretch of a run that began at `startedAt`. */
  addStretch(slice: RunSlice, startedAt: number): void {
    this.#slices.addStretch(slice.at - startedAt, slice)
    this.#backoff += slice.waits.backoff ?? 0
  }

  collected(): Pick<RunReport, 'series' | 'waterfall'> {
    return { series: this.#slices.series(), waterfall: this.#calls.list() }
  }

  #add(at: number, result: CollectedResult): void {
    const { backoff, total } = result.timing
    this.#slices.add(at, result)
    this.#backoff += backoff
    if (this.#calls.wants(Math.max(0, at - total))) this.#calls.add(collectedBar(result, at, this.#redact))
  }
}

/** Bar of a call whose result came `at` milliseconds after the run began. */
export function barOf(result: CallResult, at: number, redact: Redact): RunBar {
  return collectedBar({ ...result, attempts: result.attempts.length }, at, redact)
}

/** Bar of a stored result of a run that began at `startedAt`. */
export function storedBar(result: StoredResult, startedAt: number): RunBar {
  return collectedBar({ ...result, timing: timingOf(result) }, result.settledAt - startedAt, (text) => text)
}

function timingOf({ timing: [queued, backoff, connect, firstByte, body, total] }: StoredResult): Timing {
  return { queued, backoff, connect, firstByte, body, total }
}

type BarResult = Pick<CollectedResult, 'request' | 'index' | 'id' | 'ok' | 'status' | 'attempts' | 'timing'>

function collectedBar(
  { request, index, id, ok, status, attempts, timing }: BarResult,
  at: number,
  redact: Redact,
): RunBar {
  const shown = redact(id, request)
  return {
    index,
    id: shown.length <= longestId ? shown : `${shown.slice(0, longestId - 1)}…`,
    startMs: Math.max(0, at - timing.total),
    queuedMs: timing.queued,
    connectMs: timing.connect,
    firstByteMs: timing.firstByte,
    bodyMs: timing.body,
    backoffMs: timing.backoff,
    attempts,
    ok,
    ...(status === undefined ? undefined : { status }),
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

/** More bars than this are no picture any more. */
const mostCalls = 200

/** The calls that began first, whatever the order in which they come to their end. */
export class FirstCalls {
  #calls: RunBar[] = []
  /** A call that began later is not among the first. */
  #latest = Number.POSITIVE_INFINITY

  /** True if a call that began then may be among the first; most need not be built at all. */
  wants(startMs: number): boolean {
    return startMs <= this.#latest
  }

  add(call: RunBar): void {
    if (!this.wants(call.startMs)) return
    this.#calls.push(call)
    if (this.#calls.length < 2 * mostCalls) return
    this.#calls = this.list()
    this.#latest = this.#calls.at(-1)!.startMs
  }

  /** In the order in which they began. */
  list(): RunBar[] {
    return this.#calls.toSorted((a, b) => a.startMs - b.startMs || a.index - b.index).slice(0, mostCalls)
  }
}
