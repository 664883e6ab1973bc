import type { ListedRun, LiveWorker, RunList } from '@sluice/dashboard'
import { isoDate, isSharedStore, type WorkerState } from 'sluice/internal'
import type { RunStore, StoredRun } from 'sluice/stores'
import { SettledRate } from './run-statistics.ts'
import { stateOf, totalOf, workerFacts, workersOf } from './shown-run.ts'

/** Maximum number of runs listed; older ones are only counted. */
const maxRuns = 200
/** Maximum number of workers listed. */
const maxWorkers = 100

/** Runs and workers of a store, with rates computed from successive calls of `look`. */
export class RunListing {
  readonly #store: RunStore
  readonly #rates = new Map<string, SettledRate>()

  constructor(store: RunStore) {
    this.#store = store
  }

  async look(): Promise<RunList> {
    const store = this.#store
    const [runs, count] = await Promise.all([store.list({ limit: maxRuns }), store.count()])
    const isShared = isSharedStore(store)
    const [workers, backlog] = isShared ? await Promise.all([store.workers(), store.backlog()]) : []
    const shown = workers?.slice(0, maxWorkers)
    const rateOf = (key: string, count: number): number => this.#rateOf(key, count)
    return {
      title: store.name,
      runs: runs.map((run) => listedRun(run, workers ?? [], rateOf)),
      more: Math.max(0, count - runs.length),
      ...(shown === undefined ? undefined : { workers: liveWorkers(shown, rateOf) }),
      ...(backlog === undefined ? undefined : { backlog }),
    }
  }

  #rateOf(key: string, count: number): number {
    let rate = this.#rates.get(key)
    if (rate === undefined) {
      rate = new SettledRate()
      this.#rates.set(key, rate)
    }
    return rate.at(performance.now(), count)
  }
}

type RateOf = (key: string, count: number) => number

function listedRun(run: StoredRun, workers: readonly WorkerState[], rateOf: RateOf): ListedRun {
  const atWork = workersOf(run, workers)
  const done = run.succeeded + run.failed
  const total = totalOf(run) ?? (run.isShared === true && run.hasEnded ? run.read : undefined)
  const state = stateOf(run, run.isShared === true ? { workers: [] } : undefined)
  const isActive = atWork > 0 || run.claimedBy !== undefined
  return {
    key: String(run.id),
    name: run.name,
    state: state === 'waiting for workers' && atWork > 0 ? 'being worked on' : state,
    isActive: isActive && state !== 'finished' && state !== 'paused',
    done,
    ...(total === undefined ? undefined : { total }),
    failed: run.failed,
    rate: rateOf(`run ${run.id}`, done),
    ...(run.isShared === true ? { priority: run.priority ?? 0 } : undefined),
    createdAt: isoDate(run.createdAt),
  }
}

/** Workers for the live pages. */
export function liveWorkers(workers: readonly WorkerState[], rateOf: RateOf = () => 0): LiveWorker[] {
  const now = Date.now()
  return workers.map((worker) => ({
    ...workerFacts(worker),
    chunks: Object.fromEntries(worker.chunks),
    rate: rateOf(`worker ${worker.id}`, worker.settled),
    // Clocks of machines differ: a time in the future counts as now.
    silentMs: Math.max(0, now - worker.seenAt),
  }))
}
