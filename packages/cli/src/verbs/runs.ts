import { setTimeout as sleep } from 'node:timers/promises'
import { SettingsError } from 'sluice'
import { isFinished, isoDate, isSharedStore, spentOf, type WorkerState } from 'sluice/internal'
import type { RunStore, StoredRun } from 'sluice/stores'
import { SettledRate } from '../figures/run-statistics.ts'
import { type ShownRun, sharingOf, shownRun, workersOf } from '../figures/shown-run.ts'
import type { ListFlags, ShowFlags } from '../flags/runs-flags.ts'
import { count, duration } from '../flags/values.ts'
import type { Io } from '../io.ts'
import { withStore } from '../jobs/store-place.ts'
import { StopSignals } from '../terminal/keys.ts'
import { progressKind } from '../terminal/progress.ts'
import { Repaint } from '../terminal/repaint.ts'
import { runLine, runTable, runText } from '../terminal/run-text.ts'
import { countText } from '../terminal/text.ts'
import { knownRun } from './resume.ts'

/** Lists the runs of a store, newest first. */
export async function listRuns(flags: ListFlags, io: Io): Promise<number> {
  const limit = flags.limit === undefined ? usualLimit(flags) : count(1)(flags.limit, '--limit')
  return await withStore(flags.store, async (store) => {
    const runs = await store.list({ limit })
    const isShared = isSharedStore(store) && runs.some((run) => run.isShared === true)
    const workers = isShared ? await store.workers() : []
    if (flags.json === true)
      io.stdout.write(
        `${JSON.stringify(
          runs.map((run) => listed(run, workers)),
          undefined,
          2,
        )}\n`,
      )
    else if (runs.length === 0) io.stderr.write(`${store.name}: there are no runs\n`)
    else io.stdout.write(runTable(runs, workers))
    if (runs.length === limit) tellMore(store.name, await store.count(), limit, io)
    return 0
  })
}

/** Maximum number of runs in the table; JSON, which programs read, has all. */
function usualLimit({ json }: ListFlags): number | undefined {
  return json === true ? undefined : 100
}

function tellMore(store: string, all: number, limit: number, io: Io): void {
  const more = all - limit
  if (more <= 0) return
  const runs = more === 1 ? 'older run is' : 'older runs are'
  io.stderr.write(`${store}: ${countText(more)} ${runs} not shown; --limit ${all} shows all\n`)
}

/** Shows one run: counts, statuses, errors, durations, waste. */
export async function showRun(name: string, flags: ShowFlags, io: Io): Promise<number> {
  return await withStore(flags.store, async (store) => {
    if (flags.watch !== undefined) return await watchRun(store, name, flags, io)
    const shown = await lookAtRun(store, name)
    io.stdout.write(flags.json === true ? `${JSON.stringify(shown, undefined, 2)}\n` : runText(shown, Date.now()))
    return 0
  })
}

/** Removes a run with all its results. */
export async function removeRun(name: string, flags: ShowFlags, io: Io): Promise<number> {
  return await withStore(flags.store, async (store) => {
    const run = await knownRun(store, name)
    await store.remove(run.id)
    io.stderr.write(`${run.name} is removed, with its ${run.succeeded + run.failed} results\n`)
    return 0
  })
}

function listed(run: StoredRun, workers: readonly WorkerState[]): object {
  const { name, createdAt, succeeded, failed, parked, read, hasEnded, claimedBy } = run
  return {
    name,
    createdAt: isoDate(createdAt),
    isFinished: isFinished(run),
    succeeded,
    failed,
    parked,
    read,
    hasEnded,
    ...(claimedBy === undefined ? undefined : { process: claimedBy }),
    ...(run.isShared === true ? { isShared: true, workers: workersOf(run, workers) } : undefined),
  }
}

/** Current state of a run in its store. @throws SettingsError if there is none of this name */
export async function lookAtRun(store: RunStore, name: string): Promise<ShownRun> {
  const run = await knownRun(store, name)
  const [tallies, shared, spent] = await Promise.all([
    store.tallies(run.id),
    sharingOf(store, run),
    spentOf(store, run.id),
  ])
  return shownRun(run, tallies, store.name, shared, spent)
}

/** Shows a run until it is finished: in place on a terminal, otherwise one line per update. Returns the exit code. */
export async function watchRun(store: RunStore, name: string, flags: ShowFlags, io: Io): Promise<number> {
  const isScreen = flags.json !== true && progressKind('auto', io.stdout, io.env) === 'bar'
  const interval = intervalOf(flags.watch, isScreen)
  const stop = new AbortController()
  const signals = new StopSignals({ onFirst: () => stop.abort(), onSecond: () => stop.abort() })
  const screen = isScreen ? new Repaint(io.stdout, false) : undefined
  const rate = new SettledRate()
  // The reader of the output is gone.
  io.stdout.once('error', () => stop.abort())
  try {
    const isOver = await watch({
      look: () => lookAtRun(store, name),
      isOver: (run) => run.state === 'finished',
      show(run) {
        const speed = rate.at(performance.now(), run.succeeded + run.failed)
        if (flags.json === true) io.stdout.write(`${JSON.stringify(run)}\n`)
        else if (screen === undefined) io.stdout.write(`${runLine(run, speed)}\n`)
        else screen.show(runText(run, Date.now(), speed).trimEnd().split('\n'))
      },
      sleep: () => sleep(interval, undefined, { signal: stop.signal }).catch(() => {}),
      signal: stop.signal,
    })
    if (isOver || signals.received === undefined) return 0
    return signals.received === 'SIGINT' ? 130 : 143
  } finally {
    signals.close()
  }
}

/** Once a second on a terminal; otherwise every ten seconds, to keep logs short. */
function intervalOf(watch: ShowFlags['watch'], isScreen: boolean): number {
  if (typeof watch !== 'string') return isScreen ? 1_000 : 10_000
  const interval = duration(watch, '--watch')
  if (interval >= 100) return interval
  throw new SettingsError(`--watch: expected 100ms or more, got ${JSON.stringify(watch)}`)
}

/** State to watch, and how to display it. */
export interface Watching<T> {
  /** Fetches the current state. */
  look(): Promise<T>
  isOver(state: T): boolean
  show(state: T): void
  /** Waits until the next update; ends early when it is stopped. */
  sleep(): Promise<void>
  readonly signal: AbortSignal
}

/** Shows a state repeatedly until it is over or stopped. Returns true if it is over. */
export async function watch<T>({ look, isOver, show, sleep, signal }: Watching<T>): Promise<boolean> {
  for (;;) {
    const state = await look()
    if (signal.aborted) return false
    show(state)
    if (isOver(state)) return true
    await sleep()
    if (signal.aborted) return false
  }
}
