import type { Client } from '../../client/client.ts'
import type { SharedLimits } from '../../policies/admission/sharing/shared-limits.ts'
import type { SharedStore } from '../../stores/shared-store.ts'
import type { StoredRun } from '../../stores/stored-run.ts'
import type { Clock } from '../../time/clock.ts'
import type { Duration } from '../../time/duration.ts'
import type { RunOptions } from '../run-options.ts'

/** How the calls of a run are made, by a worker. */
export interface OpenedRun extends Pick<RunOptions, 'idempotencyKey' | 'keepHeaders' | 'redact' | 'deadline'> {
  /** Made with `limits` as its `sharedLimits`. Closed when the worker leaves the run. */
  readonly client: Client
  /**
   * What the run may have in flight, over all workers. To be said where the client finds it by itself (`'auto'`), which
   * begins with one. @default the client's `concurrency`
   */
  readonly concurrency?: number | undefined
}

/** What a worker does, and how much at once. */
export interface WorkerOptions {
  readonly store: SharedStore
  /**
   * Makes what a run needs. Whatever it throws is told as `run.refused`, and tried again later: another worker may have
   * what is missing here.
   */
  readonly open: (run: StoredRun, limits: SharedLimits) => OpenedRun | Promise<OpenedRun>
  /** Attempts in flight at the same time, over all runs. Each run's own limits hold over all workers besides. @default 100 */
  readonly concurrency?: number | undefined
  /** Only runs of these names. @default all */
  readonly runs?: readonly string[] | undefined
  /** End when nothing is left to do, in place of waiting for more. @default false */
  readonly untilDone?: boolean | undefined
  /** Told what happens. What it throws is dropped. */
  readonly onEvent?: ((event: WorkerEvent) => void) | undefined
  /** @default the system's */
  readonly clock?: Clock | undefined
}

/** What a worker tells of its work. */
export type WorkerEvent =
  | { readonly type: 'run.joined' | 'run.left' | 'run.finished'; readonly run: string }
  | { readonly type: 'run.refused'; readonly run: string; readonly error: unknown }
  | {
      readonly type: 'chunk.claimed' | 'chunk.done' | 'chunk.lost' | 'chunk.released'
      readonly run: string
      readonly chunk: number
    }
  /** The store does not answer; the worker goes on as soon as it does. */
  | { readonly type: 'store.lost'; readonly error: unknown }
  | { readonly type: 'store.back' }

/** What a worker is doing right now. */
export interface WorkerStatus {
  /** Given by the store. */
  readonly id: number
  readonly state: 'working' | 'draining' | 'ended'
  /** Whether the store answers. */
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
  /** Takes nothing more, lets what is in flight finish within `grace`, gives the rest back, and leaves. @default '10s' */
  drain(grace?: Duration): Promise<void>
}
