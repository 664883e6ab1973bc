import type { RunBar, RunReport, RunTry } from '@sluice/report'
import type { ApiRequest, CallResult, Timing } from 'sluice'
import type { RunSlice } from 'sluice/internal'
import type { StoredResult } from 'sluice/stores'
import type { Redact } from '../outputs/redactor.ts'
import { RunSlices } from './run-slices.ts'

/** Maximum length of an id on a page. */
const longestId = 200

/** Collects a report's data about single results. Its size does not grow with the run. */
export class RunCollector {
  readonly #slices = new RunSlices()
  readonly #calls = new FirstCalls()
  readonly #redact: Redact
  #backoff = 0

  constructor(redact: Redact = (text) => text) {
    this.#redact = redact
  }

  /** Total wait between attempts in milliseconds, over all calls. */
  get backoff(): number {
    return this.#backoff
  }

  /** Adds the result of a call that settled `at` milliseconds after the start of the run. */
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

  /** Adds a stored result of a run that started at `startedAt`, in milliseconds since the epoch. */
  addStored(result: StoredResult, startedAt: number): void {
    this.#add(result.settledAt - startedAt, { ...result, timing: timingOf(result) })
  }

  /** Adds a stored result to the first calls only, for a run whose stored slices are added too. */
  addStoredCall(result: StoredResult, startedAt: number): void {
    this.#calls.add(storedBar(result, startedAt))
  }

  /** Adds a stored slice of a run that started at `startedAt`, in milliseconds since the epoch. */
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

/** Bar of a stored result of a run that started at `startedAt`, in milliseconds since the epoch, with its attempts. */
export function storedBar(result: StoredResult, startedAt: number): RunBar {
  const { attemptParts = [], attemptMs } = result
  const tries = attemptParts.map(([startMs, connectMs, firstByteMs, ending], index) => {
    return { startMs, connectMs, firstByteMs, ms: attemptMs[index] ?? 0, ending }
  })
  const tried = { ...result, request: undefined, timing: timingOf(result), ...shownTries(tries) }
  return collectedBar(tried, result.settledAt - startedAt, (text) => text)
}

/** Maximum number of attempts of a call on a page. */
const maxTries = 10

/** Attempts of a call with several: the first ones and the last one. */
function shownTries(tries: readonly RunTry[]): Pick<RunBar, 'tries'> | undefined {
  if (tries.length < 2) return undefined
  return { tries: tries.length <= maxTries ? tries : [...tries.slice(0, maxTries - 1), tries.at(-1)!] }
}

function timingOf({ timing: [queued, backoff, connect, firstByte, body, total] }: StoredResult): Timing {
  return { queued, backoff, connect, firstByte, body, total }
}

/** Attempts of a call with several; nothing for others, whose one attempt is in their timing. */
export function triesOf(attempts: CallResult['attempts']): Pick<RunBar, 'tries'> | undefined {
  if (attempts.length < 2) return undefined
  const tries = attempts.map(({ startedAfter, connect, firstByte, duration, status, error, verdict }) => ({
    startMs: startedAfter,
    connectMs: connect,
    firstByteMs: firstByte,
    ms: duration,
    ending: String(status ?? error?.code ?? verdict),
  }))
  return shownTries(tries)
}

/** Parts of a call that its bar shows. */
export interface Tried extends Pick<CollectedResult, 'index' | 'id' | 'ok' | 'status' | 'attempts' | 'timing'> {
  readonly request?: Pick<ApiRequest, 'url' | 'headers'> | undefined
  readonly tries?: RunBar['tries']
}

/** Bar of a call that settled `at` milliseconds after the start of the run. */
export function collectedBar(
  { request, index, id, ok, status, attempts, timing, tries }: Tried,
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
    ...(tries === undefined ? undefined : { tries }),
  }
}

/** A run whose results were collected as they arrived. */
export interface CollectedRun extends Pick<RunReport, 'title' | 'startedAt'> {
  readonly collector: RunCollector
}

interface CollectedResult
  extends Pick<StoredResult, 'index' | 'id' | 'ok' | 'status' | 'attempts' | 'throttled' | 'attemptMs'> {
  readonly request?: CallResult['request']
  readonly timing: Timing
}

/** Maximum number of bars in the waterfall. */
const maxCalls = 200

/** The calls that started first, added in any order. */
export class FirstCalls {
  #calls: RunBar[] = []
  /** Calls that started later than this are not among the first. */
  #latest = Number.POSITIVE_INFINITY

  /** True if a call with this start may be among the first. Avoids building bars that would be dropped. */
  wants(startMs: number): boolean {
    return startMs <= this.#latest
  }

  add(call: RunBar): void {
    if (!this.wants(call.startMs)) return
    this.#calls.push(call)
    if (this.#calls.length < 2 * maxCalls) return
    this.#calls = this.list()
    this.#latest = this.#calls.at(-1)!.startMs
  }

  /** Calls in the order in which they started. */
  list(): RunBar[] {
    return this.#calls.toSorted((a, b) => a.startMs - b.startMs || a.index - b.index).slice(0, maxCalls)
  }
}
