import type { FlightSeries, LiveRun } from '@sluice/dashboard'
import type { RunBar } from '@sluice/report'
import { isFinished, isSharedStore, type RunSlice } from 'sluice/internal'
import type { RunStore, StoredResult, StoredRun } from 'sluice/stores'
import { Flights } from './flights.ts'
import { storedReport } from './report.ts'
import { storedBar } from './run-collector.ts'
import { liveWorkers } from './run-list.ts'
import type { SettledRate } from './run-statistics.ts'
import { sharingOf, stateOf, totalOf, workersAt } from './shown-run.ts'
import { longestText } from './shown-text.ts'

/** Maximum number of entries in each list. */
const shown = { recent: 50, slowest: 20, failures: 20 } as const
/** Maximum bytes of bodies read with the results of a list. */
const mostBytes = 1024 * 1024
/** Maximum age in milliseconds of a slice that describes the present. */
const freshMs = 5_000

/** Snapshot of a stored run, live or finished. `rate` is updated with each call. */
export async function storedLive(
  store: RunStore,
  run: StoredRun,
  settings: LiveRun['settings'],
  rate: SettledRate,
): Promise<LiveRun> {
  const slices = await store.slices(run.id)
  const page = { maxBytes: mostBytes }
  const [report, shared, failed, recent, slowest, workers] = await Promise.all([
    storedReport(store, run, slices),
    sharingOf(store, run),
    store.results(run.id, { ...page, ok: false, limit: shown.failures }),
    store.results(run.id, { ...page, after: run.settledBelow - shown.recent - 1, limit: shown.recent }),
    slowestOf(store, run, slices),
    run.isShared === true && isSharedStore(store) ? store.workers() : undefined,
  ])
  const state = stateOf(run, shared)
  const atWork = workers?.filter(({ chunks }) => chunks.has(run.name))
  const now = nowOf(slices)
  const perSecond = rate.at(performance.now(), run.succeeded + run.failed)
  const total = totalOf(run)
  const left = total === undefined ? undefined : total - run.succeeded - run.failed
  return {
    report,
    state: liveState(state),
    rate: perSecond,
    ...(state === 'being worked on' && left !== undefined && perSecond > 0
      ? { etaMs: (left * 1_000) / perSecond }
      : undefined),
    inFlight: atWork?.reduce((sum, { inFlight }) => sum + inFlight, 0) ?? now.inFlight,
    concurrency: run.wish?.concurrency ?? now.limit,
    heldBy: now.heldBy,
    ...(shared === undefined ? undefined : { priority: run.priority ?? 0 }),
    ...(run.failed > 0 && run.claimedBy === undefined ? { canRetry: true } : undefined),
    flights: flightsOf(slices, run.createdAt),
    changes: [],
    oldest: [],
    recent: recent.map((result) => storedBar(result, run.createdAt)),
    slowest,
    failures: failed.map((result) => ({
      call: storedBar(result, run.createdAt),
      atMs: result.settledAt - run.createdAt,
      code: result.error?.code ?? '',
      message: (result.error?.message ?? '').slice(0, longestText),
    })),
    hosts: [],
    settings,
    ...(shared === undefined || isFinished(run) || workersAt(shared) === 0
      ? undefined
      : { workers: liveWorkers(atWork ?? []) }),
  }
}

function liveState(state: ReturnType<typeof stateOf>): LiveRun['state'] {
  if (state === 'finished') return 'ended'
  if (state === 'paused') return 'paused'
  return state === 'being worked on' || state === 'being read' ? 'running' : 'idle'
}

/** The slowest calls that the slices name. */
async function slowestOf(store: RunStore, run: StoredRun, slices: readonly RunSlice[]): Promise<RunBar[]> {
  const named = new Map(slices.flatMap(({ slowest }) => slowest).sort(([, a], [, b]) => a - b))
  const longest = [...named].sort(([, a], [, b]) => b - a).slice(0, shown.slowest)
  const found = await Promise.all(
    longest.map(([index]) => store.results(run.id, { after: index - 1, limit: 1, maxBytes: 1 })),
  )
  return found
    .flat()
    .filter((result: StoredResult, position) => result.index === longest[position]?.[0])
    .map((result) => storedBar(result, run.createdAt))
}

/** Requests in flight and delaying limits, from the most recent slices. */
function nowOf(slices: readonly RunSlice[]): { inFlight: number; limit: number; heldBy: string[] } {
  const since = Date.now() - freshMs
  const fresh = slices.filter(({ at, ms }) => at + ms >= since)
  const last = fresh.filter(({ at }) => at === fresh.at(-1)?.at)
  const sum = (of: (slice: RunSlice) => number): number => last.reduce((all, slice) => all + of(slice), 0)
  const held = last.flatMap(({ waits, ms }) =>
    Object.entries(waits).filter(
      ([limit, waited]) => limit !== 'backoff' && limit !== 'concurrency' && waited > ms / 2,
    ),
  )
  return {
    inFlight: sum(({ inFlight }) => inFlight),
    limit: sum(({ limit }) => limit) || (slices.at(-1)?.limit ?? 0),
    heldBy: [...new Set(held.map(([limit]) => limit))],
  }
}

function flightsOf(slices: readonly RunSlice[], createdAt: number): FlightSeries {
  const flights = new Flights()
  let position = 0
  let end = createdAt
  while (position < slices.length) {
    const { at, ms } = slices[position]!
    let [inFlight, limit] = [0, 0]
    // Several processes may have slices of the same time.
    for (; slices[position]?.at === at; position++) {
      inFlight += slices[position]!.inFlight
      limit += slices[position]!.limit
    }
    // Nothing was in flight while no process worked on the run.
    if (at > end + ms) {
      flights.add(end - createdAt, 0, limit)
      flights.add(at - createdAt - 1, 0, limit)
    }
    flights.add(at - createdAt, inFlight, limit)
    if (ms > 1_000) flights.add(at + ms - 1 - createdAt, inFlight, limit)
    end = at + ms
  }
  return flights.series()
}
