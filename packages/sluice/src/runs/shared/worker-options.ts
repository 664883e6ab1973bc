import type { Client } from '../../client/client.ts'
import type { SharedLimits } from '../../policies/admission/sharing/shared-limits.ts'
import type { RunWish } from '../../stores/run-wish.ts'
import type { SharedStore } from '../../stores/shared-store.ts'
import type { StoredRun } from '../../stores/stored-run.ts'
import type { Clock } from '../../time/clock.ts'
import type { Duration } from '../../time/duration.ts'
import type { RunOptions } from '../run-options.ts'
import type { StoreEvent } from '../store-state.ts'

/** Client and options with which a worker works on a run. */
export interface OpenedRun extends Pick<RunOptions, 'idempotencyKey' | 'keepHeaders' | 'redact' | 'deadline'> {
  /** Must be created with `limits` as its `sharedLimits`. Closed when the worker leaves the run. */
  readonly client: Client<unknown>
  /**
   * Maximum number of calls in flight of the run, over all workers. Required if the client finds its concurrency
   * itself (`'auto'`), because it then starts with one. @default the client's `concurrency`
   */
  readonly concurrency?: number | undefined
}

/** Options of a worker. */
export interface WorkerOptions {
  readonly store: SharedStore
  /**
   * Opens a run. Errors that it throws are reported as `run.refused`, and the run is tried again later: another worker
   * may have what is missing here.
   */
  readonly open: (run: StoredRun, limits: SharedLimits) => OpenedRun | Promise<OpenedRun>
  /** Maximum number of attempts in flight, over all runs. Each run's own limits apply too. @default 100 */
  readonly concurrency?: number | undefined
  /**
   * Approximate maximum of bytes of response bodies in memory. Fewer calls run at once when responses are large.
   * @default no limit
   */
  readonly maxMemory?: number | undefined
  /** Names of the runs to work on. @default all */
  readonly runs?: readonly string[] | undefined
  /** Ends when nothing is left to do, instead of waiting for more runs. @default false */
  readonly untilDone?: boolean | undefined
  /** Called for each event. Errors that it throws are swallowed. */
  readonly onEvent?: ((event: WorkerEvent) => void) | undefined
  /** @default the system's */
  readonly clock?: Clock | undefined
}

/** Events of a worker. */
export type WorkerEvent =
  | { readonly type: 'run.joined' | 'run.left' | 'run.finished' | 'run.removed'; readonly run: string }
  /** The wishes for a run have changed: it is paused, stopped or resumed, or has other limits. */
  | { readonly type: 'run.steered'; readonly run: string; readonly wish: RunWish; readonly before: RunWish }
  | { readonly type: 'run.refused'; readonly run: string; readonly error: unknown }
  | {
      readonly type: 'chunk.claimed' | 'chunk.done' | 'chunk.lost' | 'chunk.released'
      readonly run: string
      readonly chunk: number
    }
  /** Fewer calls run at once because of the size of responses. Emitted once. */
  | { readonly type: 'worker.limited'; readonly concurrency: number; readonly maxMemory: number; readonly body: number }
  /** An item was given up: the store cannot save its result, or it kills workers. */
  | { readonly type: 'item.failed'; readonly run: string; readonly index: number; readonly message: string }
  /** The store is unavailable, or back. The worker continues when it is. */
  | StoreEvent

/** Current state and counts of a worker. */
export interface WorkerStatus {
  /** Assigned by the store. */
  readonly id: number
  readonly state: 'working' | 'draining' | 'ended'
  /** True if the store is available. */
  readonly isConnected: boolean
  readonly inFlight: number
  readonly waiting: number
  /** Limits that hold calls back now, such as a rate or a quota, over all runs. */
  readonly heldBy: readonly string[]
  readonly runs: readonly string[]
  readonly chunks: number
  readonly succeeded: number
  readonly failed: number
  readonly parked: number
  /** Number of requests sent: those of every attempt, and of every redirect. */
  readonly requests: number
  readonly throttled: number
  /** Number of chunks that another worker took over before this one was done with them. */
  readonly lost: number
}

/** Worker on shared runs in this process. */
export interface Worker {
  /** Resolves when it has ended: drained, or with nothing left to do. @throws the error that ended it. */
  readonly finished: Promise<void>
  status(): WorkerStatus
  /** Claims no more chunks, lets calls in flight finish within `grace`, releases the rest, and leaves. @default '10s' */
  drain(grace?: Duration): Promise<void>
}

/** Options of a worker, complete and validated. */
export interface SharedWorkerSettings {
  readonly open: WorkerOptions['open']
  readonly untilDone: boolean
  readonly clock: Clock
  readonly onEvent: (event: WorkerEvent) => void
  readonly id: number
  readonly store: SharedStore
  readonly concurrency: number
  /** Maximum bytes of bodies in memory. */
  readonly maxMemory: number
  readonly isWanted: (run: StoredRun) => boolean
}
