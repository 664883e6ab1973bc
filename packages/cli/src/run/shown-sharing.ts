import { type ChunkCounts, isoDate, isSharedStore, type WorkerState } from 'sluice/internal'
import type { RunStore, StoredRun } from 'sluice/stores'

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
