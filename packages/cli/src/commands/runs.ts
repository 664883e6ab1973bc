import { isFinished, isoDate, isSharedStore, type WorkerState } from 'sluice/internal'
import type { StoredRun } from 'sluice/stores'
import type { Io } from '../io.ts'
import type { RunsFlags, ShowFlags } from '../options/store-options.ts'
import { runTable, runText } from '../reporters/run-text.ts'
import { workersOf } from '../run/shown-sharing.ts'
import { withStore } from '../run/store-place.ts'
import { knownRun } from './resume.ts'
import { lookAtRun, watchRun } from './watch-run.ts'

/** Lists the runs of a store, the newest first. */
export async function listRuns(flags: RunsFlags, io: Io): Promise<number> {
  return await withStore(flags.store, async (store) => {
    const runs = await store.list()
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
    return 0
  })
}

/** Shows one run: counts, statuses, errors, times, waste. */
export async function showRun(name: string, flags: ShowFlags, io: Io): Promise<number> {
  return await withStore(flags.store, async (store) => {
    if (flags.watch !== undefined) return await watchRun(store, name, flags, io)
    const shown = await lookAtRun(store, name)
    io.stdout.write(flags.json === true ? `${JSON.stringify(shown, undefined, 2)}\n` : runText(shown, Date.now()))
    return 0
  })
}

/** Forgets a run with all its results. */
export async function removeRun(name: string, flags: RunsFlags, io: Io): Promise<number> {
  return await withStore(flags.store, async (store) => {
    const run = await knownRun(store, name)
    await store.remove(run.id)
    io.stderr.write(`${run.name} is forgotten, with its ${run.succeeded + run.failed} results\n`)
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
