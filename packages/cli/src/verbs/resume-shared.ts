import { SettingsError } from 'sluice'
import { isFinished, isSharedStore, type ResultFilter } from 'sluice/internal'
import type { RunStore, StoredRun } from 'sluice/stores'
import { workersOf } from '../figures/shown-run.ts'
import { loadEnvironment } from '../flags/env-file.ts'
import type { FetchFlags } from '../flags/fetch-flags.ts'
import type { Io } from '../io.ts'
import { putBack } from '../jobs/put-back.ts'
import { shareInput } from '../jobs/share-input.ts'
import { storeFlag } from '../jobs/store-place.ts'
import { createRedactor } from '../outputs/redactor.ts'
import { resolveFetchPlan } from '../plan/fetch-plan.ts'
import { flagsToGoOn, uselessForWorkers } from '../plan/stored-settings.ts'
import { Terminal } from '../terminal/terminal.ts'
import { countText } from '../terminal/text.ts'

type Given = Partial<FetchFlags>

/** Continues to read the source of a shared run, or says why there is nothing to do. Returns the exit code. */
export async function resumeShared(run: StoredRun, store: RunStore, given: Given, io: Io): Promise<number> {
  if (run.isShared !== true || !isSharedStore(store)) throw notShared(run)
  const flag = storeFlag(given.store, io.env)
  if (given.detach !== true) {
    const at = workersOf(run, await store.workers())
    const doIt = at > 0 ? `${at === 1 ? '1 worker is' : `${at} workers are`} running; add more with` : 'start'
    const readOn = run.hasEnded ? '' : `; with --detach, resume continues to read ${run.source.name}`
    throw new SettingsError(`${run.name} is done by workers: ${doIt} sluice worker${flag}${readOn}`)
  }
  const terminal = Terminal.as(given, io)
  warnOfUseless(given, terminal)
  if (run.hasEnded) {
    await store.reconcile(run.id)
    terminal.say(`${run.name} was read to its end, and is left to the workers: sluice worker${flag}`)
    return 0
  }
  const { urls, ...kept } = flagsToGoOn(run.settings, given, run.name)
  for (const path of kept.envFile ?? []) loadEnvironment(path, io.env)
  const flags: FetchFlags = { ...kept, ...(given.store === undefined ? undefined : { store: given.store }) }
  const plan = resolveFetchPlan(urls, flags, { env: io.env, stdinIsPiped: false })
  terminal.say(`${run.name}: continuing to read after ${countText(run.read)} items`)
  const parts = { plan, flags, io, terminal, redact: createRedactor(plan.secrets) }
  return await shareInput(parts, store, { kind: 'go on', name: run.name })
}

/** Puts failures back for workers to retry. Returns the exit code. */
export async function retryShared(
  run: StoredRun,
  store: RunStore,
  filter: ResultFilter,
  given: Given,
  io: Io,
): Promise<number> {
  if (!isSharedStore(store)) throw notShared(run)
  const terminal = Terminal.as(given, io)
  warnOfUseless(given, terminal)
  const count = await putBack(store, run, filter)
  if (count === 0) {
    terminal.say(`${run.name}: there are no failures to retry${isFinished(run) ? '' : '; it is not finished'}`)
    return 0
  }
  const at = (await store.workers()).filter((worker) => worker.isAlive).length
  const who = at > 0 ? `${at === 1 ? '1 worker is' : `${at} workers are`} running; add more with` : 'start'
  const flag = storeFlag(given.store, io.env)
  terminal.say(
    `${run.name}: ${countText(count)} ${count === 1 ? 'failure is' : 'failures are'} left to the workers; ${who} sluice worker${flag}`,
  )
  return 0
}

/** Error for a run that is not shared. */
export function notShared(run: StoredRun): SettingsError {
  return new SettingsError(
    `${run.name} was not started with --detach and is done by one process; leave out --detach to do it here`,
  )
}

function warnOfUseless(given: Given, terminal: Terminal): void {
  const useless = uselessForWorkers(given as Readonly<Record<string, unknown>>)
  if (useless.length === 0) return
  terminal.warn(`${useless.join(', ')}: workers use the settings that the run started with`)
}
