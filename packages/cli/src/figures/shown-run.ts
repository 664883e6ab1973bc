import type { LiveWorker } from '@sluice/dashboard'
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
import { missedThresholds, storedThresholds } from './missed-thresholds.ts'
import { figuresOf } from './run-figures.ts'

/** JSON of `runs show`. Fields are added, never renamed. */
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
  /** Id of the process that works on it. */
  readonly process?: number
  readonly source: string
  readonly createdAt: string
  readonly updatedAt: string
  /** Number of items read from the source so far: all of them if `hasEnded`. */
  readonly read: number
  /** Total number of items in the source, if known. */
  readonly total?: number
  readonly hasEnded: boolean
  /** Items put off until a date named by the server. */
  readonly parked: number
  readonly nextDueAt?: string
  /** Limits set by `runs set`, which replace the initial ones. */
  readonly set?: Omit<RunWish, 'state'>
  /** Priority among the shared runs of its store. */
  readonly priority?: number
  /** Its workers and chunks, if it is shared. */
  readonly shared?: ShownSharing
  /** Costs so far by unit. */
  readonly spent?: Cost
  readonly budgetLeft?: Cost
  /** Sentences about the thresholds missed so far; absent if none. */
  readonly missed?: readonly string[]
}

/** Figures of a stored run, over all its sessions. */
export function storedFigures(run: StoredRun, { endings, errors, durations }: RunTallies): RunFigures {
  return figuresOf({
    ...run,
    elapsedMs: Math.round(run.elapsed),
    statuses: endings,
    errors,
    // The error is below 2 %.
    percentile: (percent) => percentileOf(durations, percent),
  })
}

/** Describes a run from the data in its store. */
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
  const missed = missedThresholds({ ...figures, done: run.succeeded + run.failed }, storedThresholds(run))
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

/** Costs of a run, and the remaining budget while it is unfinished. */
export function costsOf(run: StoredRun, spent: Cost): Pick<ShownRun, 'spent' | 'budgetLeft'> {
  const { flags } = (run.settings ?? {}) as { flags?: { readonly budget?: readonly string[] } }
  const budget = run.wish?.budget ?? (flags?.budget === undefined ? undefined : amounts(flags.budget, '--budget'))
  // A finished run may have been resumed with a larger budget.
  if (budget !== undefined && !isFinished(run)) return { spent, budgetLeft: leftOfBudget(budget, spent) }
  return Object.keys(spent).length === 0 ? {} : { spent }
}

/** Total number of items in the source: known when it was read to its end, and for typed URLs. */
export function totalOf({ read, hasEnded, settings }: StoredRun): number | undefined {
  if (hasEnded) return read
  const { urls, flags } = (settings ?? {}) as { urls?: unknown; flags?: Readonly<Record<string, unknown>> }
  if (!Array.isArray(urls) || urls.length === 0 || flags === undefined) return undefined
  // The number of pages, and of calls that follow, is not known in advance.
  if (['input', 'paginate', 'then'].some((name) => flags[name] !== undefined)) return undefined
  return knownTotal({ urls, glob: flags.glob !== false })
}

/**
 * State of a run: `waiting` if only parked items are left, `interrupted` if others are left and no process works on
 * it.
 */
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

/** A worker in the output of `runs show`. Fields are added, never renamed. */
export interface ShownWorker extends Omit<LiveWorker, 'chunks' | 'rate' | 'silentMs'> {
  /** Number of chunks of this run that it holds. */
  readonly chunks: number
  readonly joinedAt: string
  readonly seenAt: string
}

/** Workers and chunks of a shared run. */
export interface ShownSharing {
  /** Workers that hold chunks of the run. */
  readonly workers: readonly ShownWorker[]
  /** Number of other workers that could take chunks. */
  readonly otherWorkers: number
  readonly chunks: ChunkCounts
}

/** Loads the workers and chunks of a run; undefined if it is not shared. */
export async function sharingOf(store: RunStore, run: StoredRun): Promise<ShownSharing | undefined> {
  if (run.isShared !== true || !isSharedStore(store)) return undefined
  const [workers, chunks] = await Promise.all([store.workers(), store.chunkCounts(run.id)])
  return shownSharing(run, workers, chunks)
}

/** Describes the workers and chunks of a run. */
export function shownSharing(run: StoredRun, workers: readonly WorkerState[], chunks: ChunkCounts): ShownSharing {
  const atIt = workers.filter((worker) => (worker.chunks.get(run.name) ?? 0) > 0)
  return {
    workers: atIt.map((worker) => shownWorker(worker, run)).sort((a, b) => a.id - b.id),
    otherWorkers: workers.filter((worker) => worker.isAlive && !worker.isDraining && !atIt.includes(worker)).length,
    chunks: { waiting: chunks.waiting, held: chunks.held, done: chunks.done },
  }
}

/** Number of workers on a run that are not lost. */
export function workersAt({ workers }: Pick<ShownSharing, 'workers'>): number {
  return workers.filter(({ state }) => state !== 'lost').length
}

/** Number of live workers that hold chunks of a run. */
export function workersOf(run: StoredRun, workers: readonly WorkerState[]): number {
  return workers.filter(({ isAlive, chunks }) => isAlive && (chunks.get(run.name) ?? 0) > 0).length
}

/** Data about a worker for pages and lists. */
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
