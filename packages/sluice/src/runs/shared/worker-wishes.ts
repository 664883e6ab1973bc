import { noWish, type RunWish } from '../../stores/run-wish.ts'
import type { StoredRun } from '../../stores/stored-run.ts'
import type { RunSession } from './run-session.ts'
import type { WorkerEvent } from './worker-options.ts'

/** Grace period in milliseconds of calls in flight of a run that is paused or stopped. */
const grace = 10_000

/** Applies the wishes for runs to the sessions of a worker, and emits events about them. */
export class WorkerWishes {
  readonly #known = new Map<number, RunWish>()
  readonly #onEvent: (event: WorkerEvent) => void

  constructor(onEvent: (event: WorkerEvent) => void) {
    this.#onEvent = onEvent
  }

  /** Applies the wishes for open runs. Returns the runs that may be worked on: neither paused nor stopped. */
  obey<R extends StoredRun>(runs: readonly R[], sessions: Pick<ReadonlyMap<number, RunSession>, 'get'>): readonly R[] {
    const open = new Set(runs.map(({ id }) => id))
    for (const runId of this.#known.keys()) if (!open.has(runId)) this.#known.delete(runId)
    for (const run of runs) this.#obeyOne(run, sessions.get(run.id))
    return runs.filter((run) => !isHeld(run))
  }

  #obeyOne({ id, name, wish = noWish }: StoredRun, session: RunSession | undefined): void {
    const before = this.#known.get(id) ?? noWish
    this.#known.set(id, wish)
    if (session !== undefined && !session.isStopped) {
      if (wish.state === 'running') session.obey(wish)
      else session.stop(`the run is ${wish.state}`, grace)
    }
    if (JSON.stringify(wish) !== JSON.stringify(before)) this.#onEvent({ type: 'run.steered', run: name, wish, before })
  }
}

/** True if no worker may work on a run. */
function isHeld({ wish = noWish }: StoredRun): boolean {
  return wish.state !== 'running'
}

/** True if a run is stopped: a worker with `untilDone` does not wait for it. */
export function isStopped({ wish = noWish }: StoredRun): boolean {
  return wish.state === 'stopped'
}
