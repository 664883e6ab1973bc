import { SettingsError } from 'sluice'
import type { FetchFlags } from '../flags/fetch-flags.ts'
import { readInputs } from '../inputs/read-inputs.ts'
import type { Io } from '../io.ts'
import { checkOutputs } from '../jobs/check-outputs.ts'
import { doJob } from '../jobs/do-job.ts'
import type { Job, SessionParts } from '../jobs/job.ts'
import { PagedJob } from '../jobs/paged-job.ts'
import { PlainJob } from '../jobs/plain-job.ts'
import { withDefaults } from '../jobs/requests.ts'
import { checkRunPlaces, runName } from '../jobs/run-places.ts'
import { shareInput } from '../jobs/share-input.ts'
import { openSharedStore, openStore, typedPasswordWarning } from '../jobs/store-place.ts'
import { StoredJob } from '../jobs/stored-job.ts'
import { createRedactor } from '../outputs/redactor.ts'
import { type FetchPlan, resolveFetchPlan } from '../plan/fetch-plan.ts'
import { withCurl } from '../plan/from-curl.ts'
import { parsePaginate } from '../plan/paginate.ts'
import { isPiped } from '../plan/request-plan.ts'
import { checkDetached, checkSecretsForWorkers, settingsToKeep } from '../plan/stored-settings.ts'
import { Terminal } from '../terminal/terminal.ts'
import { DryRunCounter, dryRunText } from './dry-run.ts'
import { continueRun } from './resume.ts'

/** Runs a set of requests, writes one result per request, and returns the exit code. */
export async function fetchCommand(typed: readonly string[], given: FetchFlags, io: Io): Promise<number> {
  const { urls, flags, notes } = withCurl(typed, given, io.env)
  const plan = resolveFetchPlan(urls, flags, { env: io.env, stdinIsPiped: isPiped(io) })
  const pages = parsePaginate(flags)
  const redact = createRedactor(plan.secrets)
  checkRunPlaces(flags, plan, io)
  if (flags.resume === true && flags.dryRun !== true && flags.detach !== true) {
    const exitCode = await continueRun(urls, flags, io)
    if (exitCode !== undefined) return exitCode
  }
  await checkOutputs(flags, plan.input)
  if (flags.dryRun === true) return await dryRun(plan, io, redact)

  const terminal = Terminal.as(flags, io)
  // Warnings about the credentials of a curl command are combined in one note.
  const warnings = given.fromCurl === undefined ? plan.warnings : notes.map((note) => redact(note))
  for (const warning of [...warnings, ...asList(typedPasswordWarning(flags.store, io.env))]) terminal.warn(warning)
  const parts = { plan, flags, io, terminal, redact }
  if (flags.detach === true) return await detachedRun(urls, parts)
  if (pages !== undefined && flags.store === undefined) return await doJob(parts, await PagedJob.open(parts, pages))
  return await doJob(parts, flags.store === undefined ? await PlainJob.open(parts) : await storedJob(urls, parts))
}

/** Creates a stored run. @throws SettingsError or StoreError */
async function storedJob(urls: readonly string[], parts: SessionParts): Promise<Job> {
  const { flags } = parts
  if (flags.ordered === true)
    throw new SettingsError('--ordered: results of a stored run are always in order; leave it out')
  if (flags.skipExisting === true)
    throw new SettingsError('--skip-existing: with --store, sluice resume skips finished items')
  if (flags.append === true)
    throw new SettingsError(
      '--append: a stored run writes all its results at the end; add them with sluice export NAME -o FILE --append',
    )
  const settings = settingsToKeep(urls, flags)
  const store = await openStore(flags.store)
  try {
    return await StoredJob.open(parts, store, { kind: 'start', name: runName(flags), settings })
  } catch (error) {
    await store.close()
    throw error
  }
}

/** Creates a run for workers. @throws SettingsError or StoreError */
async function detachedRun(urls: readonly string[], parts: SessionParts): Promise<number> {
  const { flags } = parts
  checkDetached(flags)
  const settings = settingsToKeep(urls, flags)
  checkSecretsForWorkers(settings)
  const store = await openSharedStore(flags.store, '--detach')
  try {
    return await shareInput(parts, store, { kind: 'new', name: flags.name, settings })
  } finally {
    await store.close()
  }
}

function asList<T>(value: T | undefined): T[] {
  return value === undefined ? [] : [value]
}

/** Reads all inputs without sending anything. */
async function dryRun(plan: FetchPlan, io: Io, redact: (text: string) => string): Promise<number> {
  const counter = new DryRunCounter()
  for await (const item of readInputs({ ...plan.input, isCounted: true })) {
    if (item.ok) counter.add(withDefaults(item.request, plan.defaults), plan.client, item.count)
    else counter.addBad(item.error.message)
  }
  io.stdout.write(dryRunText(counter, plan, redact))
  return counter.badCount > 0 ? 2 : 0
}
