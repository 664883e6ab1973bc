import { SettingsError } from 'sluice'
import { allRuns, isFinished, type RunSteering, type RunWish } from 'sluice/internal'
import type { StoredRun } from 'sluice/stores'
import { amounts } from '../flags/amounts.ts'
import type { PruneFlags, SetFlags, ShowFlags } from '../flags/runs-flags.ts'
import { count, duration, parsers } from '../flags/values.ts'
import type { Io } from '../io.ts'
import { type Order, orderStates, orderText } from '../jobs/steering.ts'
import { storeFlag, withStore } from '../jobs/store-place.ts'
import { limitTexts } from '../terminal/steered-text.ts'
import { cleanText, countText } from '../terminal/text.ts'
import { knownRun } from './resume.ts'

/** Stores a control command, which the process of the run obeys within a second. Returns the exit code. */
export async function orderRun(order: Order, name: string, flags: ShowFlags, io: Io): Promise<number> {
  return await withStore(flags.store, async (store) => {
    const run = await knownRun(store, name)
    const shown = cleanText(run.name)
    if (isFinished(run)) {
      io.stderr.write(`${shown} is finished: there is nothing to ${order}\n`)
      return 0
    }
    await store.steer(run.id, { state: orderStates[order] })
    io.stderr.write(`${shown}: ${await orderText(order, run, store, storeFlag(flags.store, io.env))}\n`)
    return 0
  })
}

/** Stores new limits of a run for current and later processes. Returns the exit code. */
export async function setRun(name: string, flags: SetFlags, io: Io): Promise<number> {
  const steering = steeringOf(flags)
  return await withStore(flags.store, async (store) => {
    const run = await knownRun(store, name)
    if (run.isShared === true && steering.budget !== undefined)
      throw new SettingsError(`--budget: budgets are not shared between workers, and ${run.name} is left to workers`)
    if (run.isShared !== true && steering.priority !== undefined)
      throw new SettingsError(
        `--priority: only runs shared by workers have one, and ${run.name} is done by one process`,
      )
    await store.steer(run.id, steering)
    const { priority, ...limits } = steering
    const texts = [
      ...limitTexts(limits as Omit<RunWish, 'state'>),
      ...(priority === undefined ? [] : [`--priority ${priority}`]),
    ]
    io.stderr.write(`${cleanText(run.name)}: ${texts.join(', ')} from now on\n`)
    return 0
  })
}

/** @throws SettingsError that names the flag */
function steeringOf({ rate, concurrency, priority, budget }: SetFlags): RunSteering {
  if (rate !== undefined) parsers.rates(rate, '--rate')
  const steering: RunSteering = {
    ...(rate === undefined ? undefined : { rate: rate.flatMap((list) => list.split(',')) }),
    ...(concurrency === undefined ? undefined : { concurrency: count(1)(concurrency, '--concurrency') }),
    ...(priority === undefined ? undefined : { priority: priorityOf(priority) }),
    ...(budget === undefined ? undefined : { budget: amounts(budget, '--budget') }),
  }
  if (Object.keys(steering).length > 0) return steering
  throw new SettingsError('runs set: give at least one of --rate, --concurrency, --priority and --budget')
}

function priorityOf(text: string): number {
  const value = /^-?\d+$/.test(text.trim()) ? Number(text) : Number.NaN
  if (Math.abs(value) <= 1_000) return value
  throw new SettingsError(`--priority: expected a whole number from -1000 to 1000, got ${JSON.stringify(text)}`)
}

/** Removes finished runs whose last result is older than `--older-than`. Returns the exit code. */
export async function pruneRuns(flags: PruneFlags, io: Io): Promise<number> {
  if (flags.olderThan === undefined) throw new SettingsError('runs prune: give an age, such as --older-than 30d')
  const before = Date.now() - duration(flags.olderThan, '--older-than')
  return await withStore(flags.store, async (store) => {
    const old: StoredRun[] = []
    for await (const run of allRuns(store)) if (isFinished(run) && run.updatedAt < before) old.push(run)
    for (const run of flags.dryRun === true ? [] : old) await store.remove(run.id)
    const results = old.reduce((sum, { succeeded, failed }) => sum + succeeded + failed, 0)
    const runs = old.length === 1 ? 'run' : 'runs'
    const done = flags.dryRun === true ? 'would be removed' : old.length === 1 ? 'is removed' : 'are removed'
    for (const { name } of old) io.stdout.write(`${name}\n`)
    io.stderr.write(`${countText(old.length)} finished ${runs} with ${countText(results)} results ${done}\n`)
    return 0
  })
}
