import { existsSync } from 'node:fs'
import { SettingsError } from 'sluice'
import { allRuns, isFinished, type ResultFilter } from 'sluice/internal'
import type { RunStore, StoredRun } from 'sluice/stores'
import { totalOf } from '../figures/shown-run.ts'
import { loadEnvironment } from '../flags/env-file.ts'
import { type FetchFlags, untouched } from '../flags/fetch-flags.ts'
import type { ResumeFlags } from '../flags/store-flags.ts'
import { duration, namesIn, statuses } from '../flags/values.ts'
import type { Io } from '../io.ts'
import { checkOutputs, checkResultFlags } from '../jobs/check-outputs.ts'
import { doJob } from '../jobs/do-job.ts'
import { exportRun } from '../jobs/export-run.ts'
import { putBack } from '../jobs/put-back.ts'
import { checkRunPlaces } from '../jobs/run-places.ts'
import { storeFlag, withStore } from '../jobs/store-place.ts'
import { StoredJob } from '../jobs/stored-job.ts'
import { outputPath } from '../outputs/output-target.ts'
import { createRedactor } from '../outputs/redactor.ts'
import { resolveFetchPlan } from '../plan/fetch-plan.ts'
import { flagsToGoOn, type StoredSettings } from '../plan/stored-settings.ts'
import { Terminal } from '../terminal/terminal.ts'
import { countText } from '../terminal/text.ts'
import { notShared, resumeShared, retryShared } from './resume-shared.ts'

/** Flags given to `resume`, which override those stored with the run. */
export type GivenFlags = Partial<FetchFlags> & ResumeFlags

/** Finishes a run, and returns the exit code. Without a name it is the newest unfinished one. */
export async function resumeCommand(name: string | undefined, given: GivenFlags, io: Io): Promise<number> {
  return await withStore(given.store, async (store) => {
    const run = name === undefined ? await newestUnfinished(store, given.detach ?? false) : await knownRun(store, name)
    if (run === undefined) {
      Terminal.as(given, io).say(await nothingLeft(store))
      return 0
    }
    if (isFinished(run)) return await sayFinished(run, store, given, io)
    if (run.isShared === true || given.detach === true) return await resumeShared(run, store, given, io)
    await overrule(run, store, given)
    return await goOn(run, store, given, io)
  })
}

/**
 * Continues the run of this name, or says that it is finished; undefined if there is none. @throws SettingsError if it
 * has other URLs
 */
export async function continueRun(urls: readonly string[], flags: FetchFlags, io: Io): Promise<number | undefined> {
  const { name } = flags
  if (name === undefined) throw new SettingsError('--resume: give the run a name with --name')
  return await withStore(flags.store, async (store) => {
    const run = await store.find(name)
    if (run === undefined) return undefined
    const begun = ((run.settings ?? {}) as Partial<StoredSettings>).urls ?? []
    if (urls.length > 0 && urls.join('\n') !== begun.join('\n')) {
      throw new SettingsError(`--resume: ${name} was started with other URLs; give another --name`)
    }
    if (isFinished(run)) return await sayFinished(run, store, flags, io)
    if (run.isShared === true) throw new SettingsError(`--resume: ${name} is left to workers; start sluice worker`)
    // Input that was piped in must be piped in again.
    const piped = run.source.isSpooled && !run.hasEnded && flags.input === undefined && urls.length === 0
    // Uses the flags of this command, not those stored with the run.
    const whole = { ...flags, ...(piped ? { input: ['-'] } : undefined) }
    return await goOn(run, store, whole, io, { ...whole, urls: begun })
  })
}

/** Retries the failures of a run; successes are not repeated. Returns the exit code. */
export async function retryCommand(name: string, given: GivenFlags, io: Io): Promise<number> {
  return await withStore(given.store, async (store) => {
    const run = await knownRun(store, name)
    const filter = retryFilter(given, Date.now())
    const { status: _, code: __, olderThan: ___, ...flags } = given
    if (run.isShared === true) return await retryShared(run, store, filter, flags, io)
    if (given.detach === true) throw notShared(run)
    // Anything that could stop it is found before a result is removed.
    flagsToGoOn(run.settings, flags, run.name)
    const count = await putBack(store, run, filter)
    if (count === 0 && isFinished(run)) {
      await writeFinished(run, store, flags, io)
      Terminal.as(given, io).say(`${run.name}: there are no failures to retry`)
      return 0
    }
    return await goOn(run, store, flags, io)
  })
}

/** Flags of this command override those of `runs set`. */
async function overrule(run: StoredRun, store: RunStore, { rate, concurrency, budget }: GivenFlags): Promise<void> {
  if (run.wish === undefined) return
  await store.steer(run.id, {
    ...(rate === undefined ? undefined : { rate: null }),
    ...(concurrency === undefined ? undefined : { concurrency: null }),
    ...(budget === undefined ? undefined : { budget: null }),
  })
}

async function goOn(
  run: StoredRun,
  store: RunStore,
  given: GivenFlags,
  io: Io,
  all = flagsToGoOn(run.settings, given, run.name),
): Promise<number> {
  const { urls, ...kept } = all
  for (const name of ['paginate', 'items', 'then'] as const)
    if (given[name] !== undefined && given[name] !== all[name])
      throw new SettingsError(`--${name}: it cannot change after the start of a run; leave it out`)
  for (const path of kept.envFile ?? []) loadEnvironment(path, io.env)
  const flags: FetchFlags = { ...kept, ...(given.store === undefined ? undefined : { store: given.store }) }
  const plan = resolveFetchPlan(urls, flags, { env: io.env, stdinIsPiped: run.source.isSpooled })
  const redact = createRedactor(plan.secrets)
  checkRunPlaces(flags, plan, io)
  await checkOutputs(flags, plan.input)
  const terminal = Terminal.as(flags, io)
  const total = totalOf(run)
  const of = total === undefined ? `${countText(run.read)} or more` : countText(total)
  terminal.say(`${run.name}: continuing after ${countText(run.succeeded + run.failed)} of ${of}`)
  // The store holds the pages of lists, and what follows from them.
  const isLists = kept.paginate !== undefined && plan.input.files?.includes('-') !== true
  const hasInput = !run.source.isSpooled || given.input !== undefined || (isLists && !run.hasEnded)
  if (!hasInput && !run.hasEnded) {
    terminal.warn(
      `${run.source.name} was not read to its end: the input after item ${run.read} is unknown and is not requested; ` +
        'to include it, pipe it in again with -i -',
    )
  }
  const parts = { plan, flags, io, terminal, redact }
  const task = {
    kind: 'resume' as const,
    name: run.name,
    force: given.force ?? false,
    hasInput,
  }
  return await doJob(parts, await StoredJob.open(parts, store, task))
}

/** Prints that the run is finished, and writes the file of `-o` if necessary. */
async function sayFinished(run: StoredRun, store: RunStore, given: GivenFlags, io: Io): Promise<number> {
  await writeFinished(run, store, given, io)
  const failed =
    run.failed === 0
      ? ''
      : `; sluice retry ${run.name}${storeFlag(given.store, io.env)} retries the ${run.failed} failures`
  Terminal.as(given, io).say(`${run.name} is finished: ${run.succeeded} succeeded, ${run.failed} failed${failed}`)
  return 0
}

/** Writes the results of a finished run to the file of `-o` if it was given now, or does not exist. */
async function writeFinished(run: StoredRun, store: RunStore, given: GivenFlags, io: Io): Promise<void> {
  const { flags: kept } = (run.settings ?? {}) as Partial<StoredSettings>
  const flags = { ...untouched, ...kept, ...given }
  if (flags.output === undefined) return
  const path = outputPath(flags.output)
  if (given.output === undefined && existsSync(path)) return
  await checkResultFlags(flags)
  const terminal = Terminal.as(given, io)
  const count = await exportRun(store, run, flags.output, { flags, io, onNote: (text) => terminal.caution(text) })
  if (path !== '-') terminal.say(`${countText(count)} results are in ${path}`)
}

/** Newest run to resume. Shared runs are only included with `--detach`, and if their input was not read to the end. */
async function newestUnfinished(store: RunStore, isDetached: boolean): Promise<StoredRun | undefined> {
  for await (const run of allRuns(store)) {
    const isLeft = !isFinished(run) && run.claimedBy === undefined && !(isDetached && run.hasEnded)
    if (isLeft && (run.isShared === true) === isDetached) return run
  }
  return undefined
}

/** Reason why there is no run to resume. */
async function nothingLeft(store: RunStore): Promise<string> {
  if ((await store.count()) === 0) return `${store.name}: there are no runs`
  let shared = 0
  for await (const run of allRuns(store)) if (run.isShared === true && !isFinished(run)) shared++
  const workers = shared > 0 ? `, or left to workers (${shared}): start sluice worker` : ''
  return `${store.name}: nothing to do: all runs are finished or being worked on${workers}`
}

/** A run by name. @throws SettingsError that lists the existing runs */
export async function knownRun(store: RunStore, name: string): Promise<StoredRun> {
  const found = await store.find(name)
  if (found !== undefined) return found
  const names = (await store.list({ limit: 10 })).map((run) => run.name)
  const others = names.length === 0 ? 'the store is empty' : `its newest runs are ${names.join(', ')}`
  throw new SettingsError(`${store.name}: there is no run called ${name}; ${others}`)
}

/** Filter for the failures to retry. @throws SettingsError that names the flag */
function retryFilter({ status, code, olderThan }: ResumeFlags, now: number): ResultFilter {
  const endings = [...(status === undefined ? [] : statuses(status, '--status')), ...namesIn(code)]
  const age = olderThan === undefined ? undefined : duration(olderThan, '--older-than')
  return {
    ok: false,
    ...(endings.length === 0 ? undefined : { endings }),
    ...(age === undefined ? undefined : { before: now - age }),
  }
}
