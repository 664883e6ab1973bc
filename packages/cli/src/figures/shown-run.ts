import {
  type ChunkCounts,
  type ErrorTally,
  isFinished,
  isoDate,
  isSharedStore,
  percentileOf,
  type RunTallies,
  type WorkerState,
} from 'sluice/internal'
import type { RunStore, StoredRun } from 'sluice/stores'

/** What `runs show` tells of a run. Fields are added, never renamed. */
export interface ShownRun {
  readonly schema: 1
  readonly name: string
  readonly store: string
  readonly state: 'finished' | 'being worked on' | 'being read' | 'waiting for workers' | 'waiting' | 'interrupted'
  /** The process that works on it. */
  readonly process?: number
  readonly source: string
  readonly createdAt: string
  readonly updatedAt: string
  /** Items that are known to be in the source: all of them if it `hasEnded`. */
  readonly read: number
  readonly hasEnded: boolean
  readonly succeeded: number
  readonly failed: number
  /** Put aside until a date that the server has named. */
  readonly parked: number
  readonly nextDueAt?: string
  /** Requests that were sent: of every attempt, and of every redirect. */
  readonly requests: number
  readonly requestsPerItem: number
  readonly throttledShare: number
  /** Milliseconds that were worked on it. */
  readonly elapsedMs: number
  /** How often each final status, or code of an error without status, came up. */
  readonly statuses: Readonly<Record<string, number>>
  readonly errors: readonly ErrorTally[]
  /** Milliseconds of one attempt, with less than 2 % error. */
  readonly attemptMs: Readonly<Record<'p50' | 'p90' | 'p95' | 'p99' | 'max', number>>
  /** Who works on it, if workers do. */
  readonly shared?: ShownSharing
}

/** Draws up what a store knows of a run. */
export function shownRun(
  run: StoredRun,
  { endings, errors, durations }: RunTallies,
  store: string,
  shared?: ShownSharing | undefined,
): ShownRun {
  const { succeeded, failed, parked, requests, throttled, nextDueAt, claimedBy } = run
  const done = succeeded + failed
  const rounded = (percent: number): number => Math.round(percentileOf(durations, percent) * 10) / 10
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
    hasEnded: run.hasEnded,
    succeeded,
    failed,
    parked,
    ...(nextDueAt === undefined ? undefined : { nextDueAt: isoDate(nextDueAt) }),
    requests,
    requestsPerItem: done === 0 ? 0 : Math.round((requests / done) * 1_000) / 1_000,
    throttledShare: requests === 0 ? 0 : Math.round((throttled / requests) * 10_000) / 10_000,
    elapsedMs: Math.round(run.elapsed),
    statuses: Object.fromEntries([...endings].sort(([, a], [, b]) => b - a)),
    errors,
    attemptMs: { p50: rounded(50), p90: rounded(90), p95: rounded(95), p99: rounded(99), max: rounded(100) },
    ...(shared === undefined ? undefined : { shared }),
  }
}

/** What has become of a run: `waiting` if only parked items are left, `interrupted` if others are and nobody is to do them. */
export function stateOf(run: StoredRun, shared?: Pick<ShownSharing, 'workers'> | undefined): ShownRun['state'] {
  if (run.isShared === true && isFinished(run)) return 'finished'
  if (shared !== undefined && workersAt(shared) > 0) return 'being worked on'
  if (run.claimedBy !== undefined) return run.isShared === true ? 'being read' : 'being worked on'
  if (isFinished(run)) return 'finished'
  const isAllThere = run.succeeded + run.failed + run.parked >= run.read
  if (run.hasEnded && isAllThere) return 'waiting'
  return run.isShared === true && !isAllThere ? 'waiting for workers' : 'interrupted'
}

/** A worker as `runs show` tells of it. Fields are added, never renamed. */
interface ShownWorker {
  readonly id: number
  readonly host: string
  readonly process: number
  /** `lost` if it has not been heard of lately: what it held goes to others. */
  readonly state: 'working' | 'draining' | 'lost'
  /** Over all runs it works on. */
  readonly inFlight: number
  readonly concurrency: number
  /** Of this run. */
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

/** What a store knows about who works on a run; nothing if it is not shared. */
export async function sharingOf(store: RunStore, run: StoredRun): Promise<ShownSharing | undefined> {
  if (run.isShared !== true || !isSharedStore(store)) return undefined
  const [workers, chunks] = await Promise.all([store.workers(), store.chunkCounts(run.id)])
  return shownSharing(run, workers, chunks)
}

/** Draws up who works on a run. */
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

function shownWorker(worker: WorkerState, run: StoredRun): ShownWorker {
  return {
    id: worker.id,
    host: worker.host,
    process: worker.pid,
    state: worker.isAlive ? (worker.isDraining ? 'draining' : 'working') : 'lost',
    inFlight: worker.inFlight,
    concurrency: worker.concurrency,
    chunks: worker.chunks.get(run.name) ?? 0,
    settled: worker.settled,
    joinedAt: isoDate(worker.joinedAt),
    seenAt: isoDate(worker.seenAt),
  }
}
