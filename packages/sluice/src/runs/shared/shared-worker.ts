import { StoreError } from '../../database/store-error.ts'
import { BodyMemory } from '../../policies/admission/gates/body-memory.ts'
import type { OpenRun } from '../../stores/shared-store.ts'
import type { StoredRun } from '../../stores/stored-run.ts'
import { Cancellation } from '../../time/cancellation.ts'
import { parseDuration } from '../../time/duration.ts'
import { waitFor } from '../../time/sleep.ts'
import { StoreState } from '../store-state.ts'
import { unlessCancelled } from '../unless-cancelled.ts'
import { ClaimBatch } from './claim-batch.ts'
import { every } from './every.ts'
import { openSession } from './open-session.ts'
import { isSettledForNow } from './open-work.ts'
import { Pulse } from './pulse.ts'
import { RunSchedule } from './run-schedule.ts'
import type { RunSession } from './run-session.ts'
import { RunSessions } from './run-sessions.ts'
import { Solo } from './solo.ts'
import { StoreClock } from './store-clock.ts'
import { UnfinishedRuns } from './unfinished-runs.ts'
import { keyOf, UnknownChunks } from './unknown-chunks.ts'
import { WorkTally } from './work-tally.ts'
import type { SharedWorkerSettings, Worker, WorkerStatus } from './worker-options.ts'
import { isStopped, WorkerWishes } from './worker-wishes.ts'

/** Interval in ms of looking for open runs and lost workers in the store. */
const lookInterval = 750
/** The same interval of an idle worker whose reports return no work. */
const idleLookInterval = 30_000
/** Interval in ms of dividing the places in flight. */
const shareInterval = 250
/** Grace period in ms of calls in flight when other runs take their turn: each call has its own timeout. */
const turnGrace = 600_000
/** Grace period in ms of calls in flight when the worker leaves. */
const usualGrace = 10_000
/** Time in ms after the grace period of a drain in which the store may accept the last results. */
const lastCommit = 5_000

/** Joins the runs of a store as they open, leaves them as they end, and survives outages of the store. */
export class SharedWorker implements Worker {
  readonly finished: Promise<void>
  readonly #settings: SharedWorkerSettings
  readonly #tally = new WorkTally()
  readonly #sessions = new RunSessions()
  readonly #ends = new Set<Promise<void>>()
  readonly #turns: RunSchedule
  readonly #claims: ClaimBatch
  readonly #pulse: Pulse
  readonly #unknown = new UnknownChunks()
  #state: WorkerStatus['state'] = 'working'
  readonly #store: StoreState
  /** False if the answer to the last report was that there is nothing to do. */
  #isCalled = true
  readonly #unfinished: UnfinishedRuns
  readonly #stopping = new Cancellation()
  readonly #givingUp = new Cancellation()
  readonly #wishes: WorkerWishes
  readonly #solo: Solo
  readonly #memory: BodyMemory
  readonly #storeClock = new StoreClock()

  constructor(settings: SharedWorkerSettings) {
    this.#settings = settings
    this.#wishes = new WorkerWishes(settings.onEvent)
    this.#store = new StoreState(settings.onEvent)
    const { clock, store, id } = settings
    this.#turns = new RunSchedule()
    this.#unfinished = new UnfinishedRuns(store, clock)
    this.#claims = new ClaimBatch((wishes) => store.claimChunks(id, wishes))
    this.#memory = new BodyMemory(settings.maxMemory, () => this.#obeyMemory())
    const goOn = (lostFor?: number): void => {
      for (const session of this.#sessions) session.goOn(lostFor)
    }
    this.#solo = new Solo({ clock, inFlight: () => this.#sessions.inFlight, onFree: () => goOn() })
    this.#pulse = new Pulse({
      clock,
      beat: () => this.#beat(),
      onBeat: (lostFor) => {
        this.#store.works('beat')
        goOn(lostFor)
      },
      onFailure: (error) => {
        if (!this.#pulse.isLeased) this.#store.failed('beat', error)
      },
    })
    this.finished = this.#work()
    // Prevents an unhandled rejection if nothing awaits it.
    this.finished.catch(() => undefined)
  }

  status(): WorkerStatus {
    const { succeeded, failed, parked, requests, throttled, lost } = this.#tally
    const counts = { succeeded, failed, parked, requests, throttled, lost }
    const sessions = this.#sessions
    return {
      id: this.#settings.id,
      state: this.#state,
      isConnected: this.#store.isConnected,
      inFlight: sessions.inFlight,
      waiting: sessions.waiting,
      heldBy: sessions.heldBy,
      runs: Array.from(sessions, ({ run }) => run.name),
      chunks: sessions.chunks.length,
      ...counts,
    }
  }

  async drain(grace: Parameters<Worker['drain']>[0] = '10s'): Promise<void> {
    const milliseconds = parseDuration('grace', grace)
    if (this.#state === 'working') this.#state = 'draining'
    for (const session of this.#sessions) session.stop('the worker is drained', milliseconds)
    this.#stopping.cancel('drained')
    const timer = this.#settings.clock.timer(milliseconds + lastCommit, () => this.#givingUp.cancel('drained'))
    await this.finished.finally(() => timer.cancel())
  }

  async #work(): Promise<void> {
    const { clock } = this.#settings
    const stopSharing = every(clock, shareInterval, () => this.#share())
    try {
      // A stop does not wait for a busy store.
      while (this.#state === 'working' && !(await unlessCancelled(this.#look(), this.#stopping))) {
        await waitFor(clock, lookInterval, this.#stopping)
        await this.#whileNothingIsLeft()
      }
    } finally {
      if (this.#state === 'working') this.#state = 'draining'
      await this.#leave()
      stopSharing()
      this.#state = 'ended'
    }
  }

  /** True if this worker has no run, and the last look has found none to start. */
  get #isIdle(): boolean {
    return this.#sessions.size === 0 && this.#turns.isFree && !this.#settings.untilDone
  }

  /** Waits while this worker is idle and its reports return no work. */
  async #whileNothingIsLeft(): Promise<void> {
    const { clock } = this.#settings
    const until = clock.now() + idleLookInterval
    while (this.#isIdle && !this.#isCalled && this.#store.isConnected && clock.now() < until) {
      if (!(await waitFor(clock, shareInterval, this.#stopping))) return
    }
  }

  /** Reports this worker, and drops chunks that it held when the report was sent and no longer holds. */
  async #beat(): Promise<void> {
    const { store, id } = this.#settings
    const sessions = Array.from(this.#sessions, (session) => ({ session, chunks: session.chunks }))
    const wasIdle = this.#claims.isIdle
    const { inFlight } = this.#sessions
    const isIdle = this.#isIdle
    const report = { inFlight, settled: this.#tally.settled, isDraining: this.#state !== 'working', isIdle }
    const { held, isCalled } = await store.beat(id, report)
    this.#isCalled = isCalled || !isIdle
    const ours = new Set(held.map(keyOf))
    for (const { session, chunks } of sessions) session.keepOnly(chunks, (chunk) => ours.has(keyOf(chunk)))
    const lost = this.#unknown.seenTwice(held, this.#sessions.chunks, wasIdle && this.#claims.isIdle)
    if (lost.length > 0) store.releaseChunks(lost).catch(() => undefined)
  }

  /** Looks at the store once: two round trips, however many runs there are. Returns true if nothing is left to do. */
  async #look(): Promise<boolean> {
    const { clock, store, untilDone, onEvent } = this.#settings
    try {
      if (this.#pulse.isSteady) await store.takeOver()
      const [begun, date] = [clock.now(), clock.wallTime()]
      const all = await store.openRuns()
      if (all[0] !== undefined) this.#storeClock.read(all[0].at, date, clock.now() - begun)
      const open = all.filter(this.#settings.isWanted)
      const runs = this.#wishes.obey(open, this.#sessions)
      for (const { id, name } of this.#sessions.leaveFinished(open)) {
        const isThere = (await store.find(name))?.id === id
        onEvent({ type: isThere ? 'run.finished' : 'run.removed', run: name })
      }
      this.#takeTurns(runs)
      await this.#unfinished.reconcile(runs)
      this.#store.works('look')
      return untilDone && open.every((run) => isStopped(run) || this.#turns.isRefused(run.id) || isSettledForNow(run))
    } catch (error) {
      if (error instanceof StoreError && error.code === 'SLUICE_STORE_NEWER') throw error
      this.#store.failed('look', error)
      return false
    }
  }

  /** Starts and leaves runs, and wakes those that wait for a chunk. */
  #takeTurns(runs: readonly OpenRun[]): void {
    if (this.#state !== 'working') return
    const now = this.#settings.clock.now()
    for (const run of runs) {
      const session = this.#sessions.get(run.id)
      if (session === undefined || session.isStopped) continue
      if (run.isReady) session.wake()
      if (this.#turns.isIdle(run, session.chunks.length > 0, now)) session.stop('nothing is left to do for now', 0)
    }
    const { begin, leave } = this.#turns.choose(runs, now, this.#places)
    this.#sessions.stop(leave, 'other runs have their turn', turnGrace)
    for (const run of runs) if (begin.includes(run.id)) void this.#open(run)
  }

  #share(): void {
    this.#sessions.share(this.#places, (runId) => this.#turns.priorityOf(runId))
  }

  /** Maximum number of calls in flight of this worker. */
  get #places(): number {
    return Math.min(this.#settings.concurrency, this.#memory.places)
  }

  /** Applies a lower number of calls that fit in memory. */
  #obeyMemory(): void {
    this.#share()
    const { concurrency, maxMemory, onEvent } = this.#settings
    if (!this.#memory.isNewlyBelow(Math.min(concurrency, this.#sessions.concurrency))) return
    onEvent({ type: 'worker.limited', concurrency: this.#places, maxMemory, body: this.#memory.largest })
  }

  async #open(run: StoredRun): Promise<void> {
    const { store, id, open, clock, onEvent } = this.#settings
    this.#turns.begun(run.id, clock.now())
    try {
      const limits = store.limitsFor(id, run)
      const claim = () => this.#claims.next(run.id)
      const tally = this.#tally
      const session = await openSession({
        store,
        run,
        worker: id,
        claim,
        open,
        limits,
        tally,
        clockOffset: () => this.#storeClock.offset,
        memory: this.#memory,
        hasRoom: () => !this.#memory.isFilledBy(this.#sessions.unstored),
        solo: this.#solo,
        isLeased: () => this.#pulse.isLeased,
        givingUp: this.#givingUp,
        state: this.#store,
        clock,
        onEvent,
      })
      if (this.#state === 'working') {
        this.#begin(session)
        return
      }
      await session.close()
    } catch (error) {
      this.#turns.refused(run.id, clock.now())
      onEvent({ type: 'run.refused', run: run.name, error })
    }
  }

  #begin(session: RunSession): void {
    const { run } = session
    const { clock, onEvent } = this.#settings
    this.#sessions.add(session)
    this.#turns.opened(run.id)
    this.#share()
    onEvent({ type: 'run.joined', run: run.name })
    const end = session
      .work()
      .then(
        () => this.#turns.left(run.id, clock.now()),
        (error: unknown) => {
          this.#turns.failed(run.id, clock.now())
          this.#store.failed('look', error)
        },
      )
      .then(() => {
        this.#sessions.remove(session)
        this.#store.works(run.id)
        this.#ends.delete(end)
        onEvent({ type: 'run.left', run: run.name })
      })
    this.#ends.add(end)
  }

  async #leave(): Promise<void> {
    const { store, id } = this.#settings
    // A drain has its own grace period.
    if (!this.#stopping.cancelled) {
      for (const session of this.#sessions) session.stop('the worker leaves', usualGrace)
    }
    await unlessCancelled(Promise.all(this.#ends), this.#givingUp)
    this.#pulse.end()
    // Without a store, the other workers notice that this one is silent.
    await unlessCancelled(
      store.leave(id).catch(() => undefined),
      this.#givingUp,
    )
  }
}
