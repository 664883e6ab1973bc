import type { Client } from '../../client/client.ts'
import type { SharedLimits } from '../../policies/admission/sharing/shared-limits.ts'
import type { RunWish } from '../../stores/run-wish.ts'
import type { SharedStore } from '../../stores/shared-store.ts'
import type { StoredRun } from '../../stores/stored-run.ts'
import type { Clock } from '../../time/clock.ts'
import type { Duration } from '../../time/duration.ts'
import type { RunOptions } from '../run-options.ts'

/** Client and options with which a worker does a run. */
export interface OpenedRun extends Pick<RunOptions, 'idempotencyKey' | 'keepHeaders' | 'redact' | 'deadline'> {
  /** Made with `limits` as its `sharedLimits`. Closed when the worker leaves the run. */
  readonly client: Client
  /**
   * Maximum of calls in flight of the run, over all workers. Needed where the client finds it by itself (`'auto'`), which
   * begins with one. @default the client's `concurrency`
   */
  readonly concurrency?: number | undefined
}

/** Options of a worker. */
export interface WorkerOptions {
  readonly store: SharedStore
  /**
   * Makes what a run needs. Whatever it throws is told as `run.refused`, and tried again later: another worker may have
   * what is missing here.
   */
  readonly open: (run: StoredRun, limits: SharedLimits) => OpenedRun | Promise<OpenedRun>
  /** Attempts in flight at the same time, over all runs. Each run's own limits hold over all workers besides. @default 100 */
  readonly concurrency?: number | undefined
  /**
   * Bytes that bodies of answers may take in memory, about: fewer calls are made at once when answers are large. @default no limit
   */
  readonly maxMemory?: number | undefined
  /** Only runs of these names. @default all */
  readonly runs?: readonly string[] | undefined
  /** End when nothing is left to do, instead of waiting for more runs. @default false */
  readonly untilDone?: boolean | undefined
  /** Called for each event. Errors that it throws are swallowed. */
  readonly onEvent?: ((event: WorkerEvent) => void) | undefined
  /** @default the system's */
  readonly clock?: Clock | undefined
}

/** Events of a worker. */
export type WorkerEvent =
  | { readonly type: 'run.joined' | 'run.left' | 'run.finished'; readonly run: string }
  /** Wishes for a run have changed: it is paused, stopped or goes on, or has other limits. */
  | { readonly type: 'run.steered'; readonly run: string; readonly wish: RunWish; readonly before: RunWish }
  | { readonly type: 'run.refused'; readonly run: string; readonly error: unknown }
  | {
      readonly type: 'chunk.claimed' | 'chunk.done' | 'chunk.lost' | 'chunk.released'
      readonly run: string
      readonly chunk: number
    }
  /** Fewer calls are made at once because of the size of the answers. Told once. */
  | { readonly type: 'worker.limited'; readonly concurrency: number; readonly maxMemory: number; readonly body: number }
  /** An item was given up for a reason of its own: the store cannot keep its result, or workers die of it. */
  | { readonly type: 'item.failed'; readonly run: string; readonly index: number; readonly message: string }
  /** The store does not answer; the worker continues as soon as it does. */
  | { readonly type: 'store.lost'; readonly error: unknown }
  | { readonly type: 'store.back' }

/** Current state and counts of a worker. */
export interface WorkerStatus {
  /** Given by the store. */
  readonly id: number
  readonly state: 'working' | 'draining' | 'ended'
  /** True if the store answers. */
  readonly isConnected: boolean
  readonly inFlight: number
  readonly waiting: number
  readonly runs: readonly string[]
  readonly chunks: number
  readonly succeeded: number
  readonly failed: number
  readonly parked: number
  /** Requests that were sent: of every attempt, and of every redirect. */
  readonly requests: number
  readonly throttled: number
  /** Chunks that another worker had taken over before they were done here. */
  readonly lost: number
}

/** A process's part in shared runs. */
export interface Worker {
  /** Resolves when it has ended: drained, or with nothing left to do. @throws what made it end. */
  readonly finished: Promise<void>
  status(): WorkerStatus
  /** Claims no more chunks, lets calls in flight finish within `grace`, releases the rest, and leaves. @default '10s' */
  drain(grace?: Duration): Promise<void>
}

/** Options of a worker, complete and checked. */
export interface SharedWorkerSettings {
  readonly open: WorkerOptions['open']
  readonly untilDone: boolean
  readonly clock: Clock
  readonly onEvent: (event: WorkerEvent) => void
  readonly id: number
  readonly store: SharedStore
  readonly concurrency: number
  /** Bytes of bodies. */
  readonly maxMemory: number
  readonly isWanted: (run: StoredRun) => boolean
}
