import type { OpenRun } from '../../stores/shared-store.ts'
import { chooseTurns } from './turns.ts'

/** Maximum number of runs of a worker at the same time; each may have at least one call in flight. */
const maxRuns = 100
/** Time in milliseconds without a chunk after which a run is left. */
const idleTime = 3_000
/** Time in milliseconds after which a run that could not be opened is tried again. */
const refusalTime = 30_000
/** Pause in milliseconds after the first failure of a run; doubled with each further one, up to `refusalTime`. */
const firstPause = 2_000

/**
 * Runs of a worker and their history, by which it chooses those to start and to leave. Times are those of its clock.
 */
export class RunSchedule {
  /** Time at which each current run was started. */
  readonly #since = new Map<number, number>()
  /** Time at which each run was last left. */
  readonly #until = new Map<number, number>()
  /** Time at which each run last had work for this worker. */
  readonly #busyAt = new Map<number, number>()
  /** Runs that could not be opened at the last try. */
  readonly #refused = new Set<number>()
  readonly #refusedUntil = new Map<number, number>()
  /** Number of failures of the store by run, since a session of the run last ended normally. */
  readonly #failures = new Map<number, number>()
  readonly #priorities = new Map<number, number>()

  /** True if there is no current run. */
  get isFree(): boolean {
    return this.#since.size === 0
  }

  priorityOf(runId: number): number {
    return this.#priorities.get(runId) ?? 0
  }

  begun(runId: number, now: number): void {
    this.#since.set(runId, now)
    this.#busyAt.set(runId, now)
  }

  /** Records that a run could not be opened. */
  refused(runId: number, now: number): void {
    this.#since.delete(runId)
    this.#refusedUntil.set(runId, now + refusalTime)
    this.#refused.add(runId)
  }

  opened(runId: number): void {
    this.#refused.delete(runId)
  }

  /** True if a run could not be opened, because this worker lacks something. */
  isRefused(runId: number): boolean {
    return this.#refused.has(runId)
  }

  left(runId: number, now: number): void {
    this.#since.delete(runId)
    this.#until.set(runId, now)
    this.#failures.delete(runId)
  }

  /** Records that a session has failed. The next one starts later each time, because each may repeat its requests. */
  failed(runId: number, now: number): void {
    const failures = this.#failures.get(runId) ?? 0
    this.left(runId, now)
    this.#failures.set(runId, failures + 1)
    this.#refusedUntil.set(runId, now + Math.min(refusalTime, firstPause * 2 ** failures))
  }

  /** True if a current run has had no work for this worker for a while. */
  isIdle(run: OpenRun, hasChunks: boolean, now: number): boolean {
    if (run.isReady || hasChunks) this.#busyAt.set(run.id, now)
    return now - (this.#busyAt.get(run.id) ?? now) >= idleTime
  }

  /** Chooses the open runs that the worker starts and leaves, with at most `places` calls in flight. */
  choose(runs: readonly OpenRun[], now: number, places: number): ReturnType<typeof chooseTurns> {
    this.#forget(runs, now)
    for (const { id, priority = 0 } of runs) this.#priorities.set(id, priority)
    const turns = runs.map(({ id, priority = 0, isReady }) => ({
      id,
      priority,
      isReady: isReady && !this.#refusedUntil.has(id),
      since: this.#since.get(id),
      until: this.#until.get(id),
    }))
    const leaving = this.#since.size - turns.filter(({ since }) => since !== undefined).length
    return chooseTurns(turns, Math.min(maxRuns, places) - leaving, now)
  }

  #forget(runs: readonly OpenRun[], now: number): void {
    for (const [runId, until] of this.#refusedUntil) if (until <= now) this.#refusedUntil.delete(runId)
    const open = new Set(runs.map(({ id }) => id))
    for (const known of [this.#failures, this.#until, this.#busyAt, this.#priorities, this.#refused]) {
      for (const runId of known.keys()) if (!open.has(runId)) known.delete(runId)
    }
  }
}
