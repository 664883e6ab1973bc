import type { RunFigures } from '@sluice/report'
import type { Cost } from 'sluice'
import {
  type ChunkCounts,
  isFinished,
  isoDate,
  isSharedStore,
  leftOfBudget,
  noWish,
  percentileOf,
  type RunTallies,
  type RunWish,
  type WorkerState,
} from 'sluice/internal'
import type { RunStore, StoredRun } from 'sluice/stores'
import { amounts } from '../flags/amounts.ts'
import { knownTotal } from '../inputs/read-inputs.ts'
import { keptThresholds, missedThresholds } from './missed-thresholds.ts'
import { figuresOf } from './run-figures.ts'

/** The JSON of `runs show`. Fields are added, never renamed. */
export interface ShownRun extends RunFigures {
  readonly schema: 1
  readonly name: string
  readonly store: string
  readonly state:
    | 'finished'
    | 'being worked on'
    | 'being read'
    | 'waiting for workers'
    | 'waiting'
    | 'interrupted'
    | 'paused'
    | 'stopped'
  /** The process that works on it. */
  readonly process?: number
  readonly source: string
  readonly createdAt: string
  readonly updatedAt: string
  /** Items that are known to be in the source: all of them if it `hasEnded`. */
  readonly read: number
  /** Items of the source in all, if that is known. */
  readonly total?: number
  readonly hasEnded: boolean
  /** Put aside until a date that the server has named. */
  readonly parked: number
  readonly nextDueAt?: string
  /** Limits that `runs set` has put in the place of those it began with. */
  readonly set?: Omit<RunWish, 'state'>
  /** Turn among the shared runs of its store. */
  readonly priority?: number
  /** Who works on it, if workers do. */
  readonly shared?: ShownSharing
  /** Costs so far by unit, and the rest of its budget. */
  readonly spent?: Cost
  readonly budgetLeft?: Cost
  /** Thresholds that it misses so far, in sentences that say by how much; absent if none. */
  readonly missed?: readonly string[]
}

/** The figures of a stored run, over all its sessions. */
export function storedFigures(run: StoredRun, { endings, errors, durations }: RunTallies): RunFigures {
  return figuresOf({
    ...run,
    elapsedMs: Math.round(run.elapsed),
    statuses: endings,
    errors,
    // With less than 2 % error.
    percentile: (percent) => percentileOf(durations, percent),
  })
}

/** A run as its store knows it. */
export function shownRun(
  run: StoredRun,
  tallies: RunTallies,
  store: string,
  shared?: ShownSharing | undefined,
  spent: Cost = {},
): ShownRun {
  const { parked, nextDueAt, claimedBy } = run
  const total = totalOf(run)
  const figures = storedFigures(run, tallies)
  const missed = missedThresholds({ ...figures, done: run.succeeded + run.failed }, keptThresholds(run))
  return {
    schema: 1,
    name: run.name,
    store,
    state: stateOf(run, shared),
    ...(claimedBy === undefined ? undefined : { process: claimedBy }),
    source: run.source.name,
    createdAt: isoDate(run.createdAt),
    updatedAt: isoDate(run.updatedAt),
    read: run.read,
    ...(total === undefined ? undefined : { total }),
    hasEnded: run.hasEnded,
    parked,
    ...(nextDueAt === undefined ? undefined : { nextDueAt: isoDate(nextDueAt) }),
    ...figures,
    ...(missed.length === 0 ? undefined : { missed }),
    ...steeredOf(run),
    ...(shared === undefined ? undefined : { shared }),
    ...costsOf(run, spent),
  }
}

function steeredOf({ wish, priority = 0, isShared }: StoredRun): Pick<ShownRun, 'set' | 'priority'> {
  const { state: _state, ...set } = wish ?? noWish
  return {
    ...(Object.keys(set).length === 0 ? undefined : { set }),
    ...(isShared === true ? { priority } : undefined),
  }
}

/** Costs of a run, and the rest of its budget while it is not finished. */
export function costsOf(run: StoredRun, spent: Cost): Pick<ShownRun, 'spent' | 'budgetLeft'> {
  const { flags } = (run.settings ?? {}) as { flags?: { readonly budget?: readonly string[] } }
  const budget = run.wish?.budget ?? (flags?.budget === undefined ? undefined : amounts(flags.budget, '--budget'))
  // A finished one may have gone on with a larger budget.
  if (budget !== undefined && !isFinished(run)) return { spent, budgetLeft: leftOfBudget(budget, spent) }
  return Object.keys(spent).length === 0 ? {} : { spent }
}

/** Items of the source of a run in all: known when it was read to its end, and of URLs that were typed. */
export function totalOf({ read, hasEnded, settings }: StoredRun): number | undefined {
  if (hasEnded) return read
  const { urls, flags } = (settings ?? {}) as { urls?: unknown; flags?: Readonly<Record<string, unknown>> }
  if (!Array.isArray(urls) || urls.length === 0 || flags === undefined) return undefined
  // Pages and what follows them are not known before.
  if (['input', 'paginate', 'then'].some((name) => flags[name] !== undefined)) return undefined
  return knownTotal({ urls, glob: flags.glob !== false })
}

/** State of a run: `waiting` if only parked items are left, `interrupted` if others are and no process does them. */
export function stateOf(run: StoredRun, shared?: Pick<ShownSharing, 'workers'> | undefined): ShownRun['state'] {
  if (run.isShared === true && isFinished(run)) return 'finished'
  if (run.wish?.state === 'paused' && !isFinished(run)) return 'paused'
  if (shared !== undefined && workersAt(shared) > 0) return 'being worked on'
  if (run.claimedBy !== undefined) return run.isShared === true ? 'being read' : 'being worked on'
  if (isFinished(run)) return 'finished'
  if (run.wish?.state === 'stopped') return 'stopped'
  const isAllThere = run.succeeded + run.failed + run.parked >= run.read
  if (run.hasEnded && isAllThere) return 'waiting'
  return run.isShared === true && !isAllThere ? 'waiting for workers' : 'interrupted'
}

/** A worker as `runs show` tells of it. Fields are added, never renamed. */
export interface ShownWorker {
  readonly id: number
  readonly host: string
  readonly process: number
  /** `lost` if it has not been heard of lately: what it held goes to others. */
  readonly state: 'working' | 'draining' | 'lost'
  /** Over all runs it works on. */
  readonly inFlight: number
  readonly concurrency: number
  /** Chunks of this run. */
  readonly chunks: number
  /** Results since it joined, over all runs. */
  readonly settled: number
  readonly joinedAt: string
  readonly seenAt: string
}

/** Who works on a shared run, and how its chunks stand. */
export interface ShownSharing {
  /** Those that hold chunks of it. */
  readonly workers: readonly ShownWorker[]
  /** Others that are there, and could take some. */
  readonly otherWorkers: number
  readonly chunks: ChunkCounts
}

/** Workers and chunks of a run; undefined if it is not shared. */
export async function sharingOf(store: RunStore, run: StoredRun): Promise<ShownSharing | undefined> {
  if (run.isShared !== true || !isSharedStore(store)) return undefined
  const [workers, chunks] = await Promise.all([store.workers(), store.chunkCounts(run.id)])
  return shownSharing(run, workers, chunks)
}

/** Makes who works on a run. */
export function shownSharing(run: StoredRun, workers: readonly WorkerState[], chunks: ChunkCounts): ShownSharing {
  const atIt = workers.filter((worker) => (worker.chunks.get(run.name) ?? 0) > 0)
  return {
    workers: atIt.map((worker) => shownWorker(worker, run)).sort((a, b) => a.id - b.id),
    otherWorkers: workers.filter((worker) => worker.isAlive && !worker.isDraining && !atIt.includes(worker)).length,
    chunks: { waiting: chunks.waiting, held: chunks.held, done: chunks.done },
  }
}

/** How many of the shown workers are there. */
export function workersAt({ workers }: Pick<ShownSharing, 'workers'>): number {
  return workers.filter(({ state }) => state !== 'lost').length
}

/** How many workers that are there hold chunks of a run. */
export function workersOf(run: StoredRun, workers: readonly WorkerState[]): number {
  return workers.filter(({ isAlive, chunks }) => isAlive && (chunks.get(run.name) ?? 0) > 0).length
}

/** Facts about a worker that every page and list shows. */
export function workerFacts(
  worker: WorkerState,
): Pick<ShownWorker, 'id' | 'host' | 'process' | 'state' | 'inFlight' | 'concurrency' | 'settled'> {
  const { id, host, pid, isAlive, isDraining, inFlight, concurrency, settled } = worker
  const state = isAlive ? (isDraining ? 'draining' : 'working') : 'lost'
  return { id, host, process: pid, state, inFlight, concurrency, settled }
}

function shownWorker(worker: WorkerState, run: StoredRun): ShownWorker {
  return {
    ...workerFacts(worker),
    chunks: worker.chunks.get(run.name) ?? 0,
    joinedAt: isoDate(worker.joinedAt),
    seenAt: isoDate(worker.seenAt),
  }
}
