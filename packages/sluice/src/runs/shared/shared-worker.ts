import { StoreError } from '../../database/store-error.ts'
import type { SharedStore } from '../../stores/shared-store.ts'
import type { StoredRun } from '../../stores/stored-run.ts'
import { Cancellation } from '../../time/cancellation.ts'
import type { Clock, Timer } from '../../time/clock.ts'
import { parseDuration } from '../../time/duration.ts'
import { waitFor } from '../../time/sleep.ts'
import { dueLater, isLeftAlone } from './open-work.ts'
import { openSession, type RunSession, WorkTally } from './run-session.ts'
import type { Worker, WorkerEvent, WorkerOptions, WorkerStatus } from './worker-options.ts'
import { isStopped, WorkerWishes } from './worker-wishes.ts'

/** Milliseconds between two looks at the store for open runs and lost workers. */
const lookInterval = 1_000
/** Silence in milliseconds after which a worker may be taken for dead and its chunks be taken over. */
const longestSilence = 4_000
/** Maximum number of runs of a worker at the same time; each has at least one call in flight. */
const mostRuns = 20
/** Number of looks between two checks of a run that gives no chunks. */
const looksPerReconciliation = 5
/** Milliseconds within which calls in flight may finish. */
const usualGrace = 10_000
/** Milliseconds after which a run that could not be opened is tried again. */
const refusalTime = 30_000

export interface SharedWorkerSettings {
  readonly open: WorkerOptions['open']
  readonly untilDone: boolean
  readonly clock: Clock
  readonly onEvent: (event: WorkerEvent) => void
  readonly id: number
  readonly store: SharedStore
  readonly concurrency: number
  readonly isWanted: (run: StoredRun) => boolean
}

/** Joins the runs of a store as they open, leaves them as they end, and survives outages of the store. */
export class SharedWorker implements Worker {
  readonly finished: Promise<void>
  readonly #settings: SharedWorkerSettings
  readonly #tally = new WorkTally()
  readonly #sessions = new Map<number, RunSession>()
  /** Runs that are being opened, while the others continue. */
  readonly #opening = new Set<number>()
  readonly #refusedUntil = new Map<number, number>()
  /** Runs that could not be opened when that was last tried. */
  readonly #refused = new Set<number>()
  /** Failures of the store by run, since a session of the run last ended well. */
  readonly #failures = new Map<number, number>()
  readonly #ends = new Set<Promise<void>>()
  #state: WorkerStatus['state'] = 'working'
  #isConnected = true
  #looks = 0
  #lastOpened = -1
  readonly #stopping = new Cancellation()
  readonly #wishes: WorkerWishes

  constructor(settings: SharedWorkerSettings) {
    this.#settings = settings
    this.#wishes = new WorkerWishes(settings.onEvent)
    this.finished = this.#work()
    // Unhandled if nothing awaits it.
    this.finished.catch(() => undefined)
  }

  status(): WorkerStatus {
    const { succeeded, failed, parked, requests, throttled, lost } = this.#tally
    const sessions = [...this.#sessions.values()]
    return {
      id: this.#settings.id,
      state: this.#state,
      isConnected: this.#isConnected,
      inFlight: sum(sessions.map(({ load }) => load.inFlight)),
      waiting: sum(sessions.map(({ load }) => load.waiting)),
      runs: sessions.map(({ run }) => run.name),
      chunks: sum(sessions.map(({ chunks }) => chunks.length)),
      succeeded,
      failed,
      parked,
      requests,
      throttled,
      lost,
    }
  }

  async drain(grace: Parameters<Worker['drain']>[0] = '10s'): Promise<void> {
    const milliseconds = parseDuration('grace', grace)
    if (this.#state === 'working') this.#state = 'draining'
    for (const session of this.#sessions.values()) session.stop('the worker is drained', milliseconds)
    this.#stopping.cancel('drained')
    await this.finished
  }

  async #work(): Promise<void> {
    const { clock } = this.#settings
    const stopWatching = this.#watch()
    try {
      // A stop does not wait for a busy store.
      while (this.#state === 'working' && !(await unlessCancelled(this.#look(), this.#stopping))) {
        await waitFor(clock, lookInterval, this.#stopping)
      }
    } finally {
      if (this.#state === 'working') this.#state = 'draining'
      await this.#leave()
      stopWatching()
      this.#state = 'ended'
    }
  }

  /**
   * Notices that the process was asleep, before anything is sent: what waits to be sent may be another worker's by now.
   * Returns how to stop.
   */
  #watch(): () => void {
    const { clock } = this.#settings
    let ringsAt = clock.now() + lookInterval
    let timer: Timer
    const ring = (): void => {
      const isLate = clock.now() - ringsAt > longestSilence
      ringsAt = clock.now() + lookInterval
      timer = clock.timer(lookInterval, ring)
      if (!isLate) return
      for (const session of this.#sessions.values()) session.stop('the worker was asleep for too long', 0)
    }
    timer = clock.timer(lookInterval, ring)
    return () => timer.cancel()
  }

  /** One look at the store. Answers whether nothing is left to do. */
  async #look(): Promise<boolean> {
    const { store, id, untilDone, clock } = this.#settings
    const noAnswer = new StoreError('SLUICE_STORE', `${store.name}: the server does not answer`)
    const timer = clock.timer(longestSilence, () => this.#disconnected(noAnswer))
    try {
      const { inFlight } = this.status()
      await store.report(id, { inFlight, settled: this.#tally.settled, isDraining: this.#state !== 'working' })
      await store.takeOver()
      await Promise.all(Array.from(this.#sessions.values(), (session) => session.heartbeat()))
      const open = (await store.openRuns()).filter(this.#settings.isWanted)
      const runs = this.#wishes.obey(open, this.#sessions)
      this.#leaveFinished(open)
      await this.#reconcileIdle(runs.length)
      await this.#join(runs)
      this.#connected()
      return untilDone && open.every((run) => this.#cannotDo(run) || isLeftAlone(run, clock.wallTime()))
    } catch (error) {
      if (error instanceof StoreError && error.code === 'SLUICE_STORE_NEWER') throw error
      this.#disconnected(error)
      return false
    } finally {
      timer.cancel()
    }
  }

  /**
   * A run that has something to do, and gives us nothing: what is left of it is looked for now and then, and if there are more
   * runs than we can be at, it makes room for another.
   */
  async #reconcileIdle(open: number): Promise<void> {
    if (++this.#looks % looksPerReconciliation !== 0) return
    for (const session of this.#sessions.values()) {
      if (session.chunks.length > 0) continue
      if (open > this.#mostRuns) session.stop('other runs have something to do', 0)
      else await this.#settings.store.reconcile(session.run.id)
    }
  }

  async #join(runs: readonly StoredRun[]): Promise<void> {
    const { store, clock } = this.#settings
    const now = clock.now()
    for (const [runId, until] of this.#refusedUntil) if (until <= now) this.#refusedUntil.delete(runId)
    const open = new Set(runs.map(({ id }) => id))
    for (const runId of this.#failures.keys()) if (!open.has(runId)) this.#failures.delete(runId)
    // The one that was opened last is the last to be opened again.
    const turn = runs.findIndex(({ id }) => id > this.#lastOpened)
    for (const run of turn < 0 ? runs : [...runs.slice(turn), ...runs.slice(0, turn)]) {
      if (this.#sessions.size + this.#opening.size >= this.#mostRuns) break
      const isOurs = this.#sessions.has(run.id) || this.#opening.has(run.id)
      if (isOurs || this.#refusedUntil.has(run.id) || dueLater(run, clock.wallTime())) continue
      await store.reconcile(run.id)
      if (this.#state !== 'working') return
      this.#lastOpened = run.id
      void this.#open(run)
    }
    this.#share()
  }

  get #mostRuns(): number {
    return Math.min(mostRuns, this.#settings.concurrency)
  }

  /** Divides what may be in flight among the runs. */
  #share(): void {
    const share = Math.floor(this.#settings.concurrency / Math.max(1, this.#sessions.size))
    for (const session of this.#sessions.values()) session.allow(share)
  }

  async #open(run: StoredRun): Promise<void> {
    const { store, id, open, clock, onEvent } = this.#settings
    this.#opening.add(run.id)
    try {
      const limits = store.limitsFor(id, run)
      const session = await openSession({ store, run, worker: id, open, limits, tally: this.#tally, clock, onEvent })
      if (this.#state === 'working') this.#begin(session)
      else await session.close()
    } catch (error) {
      this.#refusedUntil.set(run.id, clock.now() + refusalTime)
      this.#refused.add(run.id)
      onEvent({ type: 'run.refused', run: run.name, error })
    } finally {
      this.#opening.delete(run.id)
    }
  }

  /** True if this worker has nothing to do with a run: it is stopped, or lacks something here. */
  #cannotDo(run: StoredRun): boolean {
    return isStopped(run) || this.#refused.has(run.id)
  }

  #begin(session: RunSession): void {
    const { run } = session
    const { onEvent } = this.#settings
    this.#sessions.set(run.id, session)
    this.#refused.delete(run.id)
    this.#share()
    onEvent({ type: 'run.joined', run: run.name })
    const end = session
      .work()
      .then(
        () => this.#failures.delete(run.id),
        (error: unknown) => this.#hasFailed(run, error),
      )
      .then(() => {
        this.#sessions.delete(run.id)
        this.#ends.delete(end)
        onEvent({ type: 'run.left', run: run.name })
      })
    this.#ends.add(end)
  }

  /** Delays the next session of a run whose results the store does not take, as each session sends its requests again. */
  #hasFailed({ id }: StoredRun, error: unknown): void {
    const failures = (this.#failures.get(id) ?? 0) + 1
    this.#failures.set(id, failures)
    const pause = Math.min(refusalTime, lookInterval * 2 ** failures)
    this.#refusedUntil.set(id, this.#settings.clock.now() + pause)
    this.#disconnected(error)
  }

  /** Stops the sessions that have nothing left to do. */
  #leaveFinished(runs: readonly StoredRun[]): void {
    const { clock, onEvent } = this.#settings
    const open = new Map(runs.map((run) => [run.id, run]))
    for (const [runId, session] of this.#sessions) {
      const run = open.get(runId)
      if (session.chunks.length > 0 || (run !== undefined && !dueLater(run, clock.wallTime()))) continue
      if (session.isStopped) continue
      session.stop('nothing is left to do', 0)
      if (run === undefined) onEvent({ type: 'run.finished', run: session.run.name })
    }
  }

  #connected(): void {
    if (this.#isConnected) return
    this.#isConnected = true
    this.#settings.onEvent({ type: 'store.back' })
  }

  #disconnected(error: unknown): void {
    if (!this.#isConnected) return
    this.#isConnected = false
    this.#settings.onEvent({ type: 'store.lost', error })
  }

  async #leave(): Promise<void> {
    const { store, id } = this.#settings
    // A drain has its own grace period.
    if (!this.#stopping.cancelled) {
      for (const session of this.#sessions.values()) session.stop('the worker leaves', usualGrace)
    }
    await Promise.all(this.#ends)
    // Without a store, the others find out by its silence.
    await store.leave(id).catch(() => undefined)
  }
}

/** The result of `work`; undefined as soon as it is cancelled. */
function unlessCancelled<T>(work: Promise<T>, cancellation: Cancellation): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    const stopListening = cancellation.onCancel(() => resolve(undefined))
    work.finally(stopListening).then(resolve, reject)
  })
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}
