import type { OpenRun } from '../../stores/shared-store.ts'
import type { StoredRun } from '../../stores/stored-run.ts'
import { dividePlaces } from './places.ts'
import type { RunSession } from './run-session.ts'

/** Sessions of a worker, one per run. */
export class RunSessions implements Iterable<RunSession> {
  readonly #byRun = new Map<number, RunSession>()

  get size(): number {
    return this.#byRun.size
  }

  /** Number of calls in flight, over all runs. */
  get inFlight(): number {
    return this.#sum(({ load }) => load.inFlight)
  }

  /** Number of calls that wait for a permit. */
  get waiting(): number {
    return this.#sum(({ load }) => load.waiting)
  }

  /** Limits that hold calls back now. */
  get heldBy(): readonly string[] {
    return [...new Set([...this].flatMap(({ load }) => [...load.heldBy]))]
  }

  /** Number of calls that the runs' own limits allow in flight. */
  get concurrency(): number {
    return this.#sum((session) => session.concurrency)
  }

  /** Number of responses that wait for the store. */
  get unstored(): number {
    return this.#sum((session) => session.unstored)
  }

  /** Chunks that are held. */
  get chunks(): RunSession['chunks'] {
    return [...this].flatMap(({ chunks }) => chunks)
  }

  get(runId: number): RunSession | undefined {
    return this.#byRun.get(runId)
  }

  add(session: RunSession): void {
    this.#byRun.set(session.run.id, session)
  }

  remove({ run }: RunSession): void {
    this.#byRun.delete(run.id)
  }

  [Symbol.iterator](): Iterator<RunSession> {
    return this.#byRun.values()
  }

  /** Divides the places in flight among the runs. */
  share(places: number, priorityOf: (runId: number) => number): void {
    const sessions = [...this]
    const wishes = sessions.map(({ run, load, allowed, concurrency }) => ({
      priority: priorityOf(run.id),
      inFlight: load.inFlight,
      allowed,
      most: concurrency,
    }))
    const parts = dividePlaces(places, wishes)
    for (const [index, session] of sessions.entries()) session.allow(parts[index]!)
  }

  /** Stops the sessions of these runs that are not stopped yet. */
  stop(runs: readonly number[], reason: string, grace: number): void {
    for (const runId of runs) {
      const session = this.#byRun.get(runId)
      if (session?.isStopped === false) session.stop(reason, grace)
    }
  }

  /** Stops the sessions of runs that are finished or were removed. Returns these runs. */
  leaveFinished(runs: readonly OpenRun[]): readonly StoredRun[] {
    const open = new Set(runs.map(({ id }) => id))
    const done = [...this].filter(
      ({ run, chunks, isStopped }) => !open.has(run.id) && chunks.length === 0 && !isStopped,
    )
    for (const session of done) session.stop('nothing is left to do', 0)
    return done.map(({ run }) => run)
  }

  #sum(numberOf: (session: RunSession) => number): number {
    return [...this].reduce((total, session) => total + numberOf(session), 0)
  }
}
