import { fstatSync } from 'node:fs'
import { type CallResult, SettingsError, UnfinishedError } from 'sluice'
import { readInputs } from '../inputs/read-inputs.ts'
import type { Io } from '../io.ts'
import type { FetchFlags } from '../options/fetch-flags.ts'
import { ClosedPipeError } from '../outputs/output-errors.ts'
import { styleOf } from '../reporters/style.ts'
import { summaryText } from '../reporters/summary-text.ts'
import { DryRunCounter, dryRunText } from '../run/dry-run.ts'
import { exitCodeOf } from '../run/exit-code.ts'
import { type FetchPlan, resolveFetchPlan } from '../run/fetch-plan.ts'
import { type FetchSession, openSession, type SessionParts } from '../run/fetch-session.ts'
import { createRedactor } from '../run/redactor.ts'
import type { Pending } from '../run/requests.ts'
import { summarize } from '../run/run-summary.ts'
import { writeSummary } from '../run/summary-file.ts'
import { Talk } from '../run/talk.ts'

/** Runs a set of requests, writes one result per request, and returns the exit code. */
export async function fetchCommand(urls: readonly string[], flags: FetchFlags, io: Io): Promise<number> {
  const plan = resolveFetchPlan(urls, flags, { env: io.env, stdinIsPiped: isPiped(io) })
  const redact = createRedactor(plan.secrets)
  if (flags.dryRun === true) return await dryRun(plan, io, redact)

  const style = styleOf({ isTTY: io.stderr.isTTY, env: io.env, when: flags.color ?? 'auto' })
  const talk = new Talk(io, flags.quiet ?? 0, style)
  for (const warning of plan.warnings) talk.warn(warning)
  return await run({ plan, flags, io, talk, redact })
}

/** Reads everything and sends nothing. */
async function dryRun(plan: FetchPlan, io: Io, redact: (text: string) => string): Promise<number> {
  const counter = new DryRunCounter()
  for await (const item of readInputs(plan.input)) {
    if (item.ok) counter.add({ ...plan.defaults, ...item.request }, plan.client.baseUrl)
    else counter.addBad(item.error.message)
  }
  io.stdout.write(dryRunText(counter, plan.client, redact))
  return counter.badCount > 0 ? 2 : 0
}

async function run(parts: SessionParts): Promise<number> {
  const session = await openSession(parts)
  const startedAt = performance.now()
  const failure = await deliver(session).then(
    () => undefined,
    (error: unknown) => ({ error }),
  )
  const elapsed = performance.now() - startedAt
  const { waits, concurrency } = session.client.status()
  await session.close()

  if (failure?.error instanceof ClosedPipeError) return 0
  const stopped = stopReason(session, failure)
  const written = await settleResults(session, stopped === undefined, parts)
  if (written instanceof ClosedPipeError) return 0
  const problem = written ?? (isOurOwnAbort(session, failure) ? undefined : failure?.error)
  if (problem !== undefined) parts.talk.complain(parts.redact(messageOf(problem)))
  if (problem !== undefined && !(problem instanceof SettingsError)) return 1

  return await conclude(session, parts, { elapsed, waits, concurrency, stopped, badInput: problem !== undefined })
}

/** Hands over each result as it comes. */
async function deliver({ bulk, results, statistics, pending }: FetchSession): Promise<void> {
  for await (const settled of bulk) {
    const known = pending.get(settled.index)
    pending.delete(settled.index)
    const result = restore(settled, known)
    statistics.add(result)
    // What was stopped before its end has no result: it is left to do.
    if (!result.ok && result.error instanceof UnfinishedError) continue
    const file = result.ok
      ? await known?.file?.store(storable(result.value), result.headers['content-type'])
      : undefined
    await results.write(result, file)
  }
}

/** The result as the input wants it: with the input's own position, and what was wrong with it already. */
function restore(result: CallResult, known: Pending | undefined): CallResult {
  if (known === undefined) return result
  if (result.ok || known.error === undefined) return { ...result, index: known.index }
  return { ...result, index: known.index, error: known.error }
}

function storable(value: unknown): string | Uint8Array | object | number | boolean | null {
  return (value ?? '') as string | Uint8Array | object | number | boolean | null
}

/** Only a run that has a result for every input puts its file in place; otherwise the provisional one is kept. */
async function settleResults({ results }: FetchSession, isWhole: boolean, { talk }: SessionParts): Promise<unknown> {
  try {
    if (isWhole) await results.close()
    else {
      const kept = await results.abandon()
      if (kept !== undefined) talk.say(`the results so far are in ${kept}`)
    }
    return undefined
  } catch (error) {
    return error
  }
}

function stopReason(
  { bulk, signals }: FetchSession,
  failure: { readonly error: unknown } | undefined,
): string | undefined {
  if (bulk.stopReason !== undefined) return bulk.stopReason
  if (signals.received !== undefined) return signals.received
  if (failure === undefined) return undefined
  return failure.error instanceof SettingsError ? 'bad input' : 'an error'
}

function isOurOwnAbort({ abort }: FetchSession, failure: { readonly error: unknown } | undefined): boolean {
  return failure !== undefined && abort.signal.aborted && failure.error === abort.signal.reason
}

interface Ending {
  readonly elapsed: number
  readonly waits: ReadonlyMap<string, number>
  readonly concurrency: number
  readonly stopped: string | undefined
  readonly badInput: boolean
}

/** Tells what the run has come to, and how the command ends. */
async function conclude(
  session: FetchSession,
  { plan, flags, io, talk }: SessionParts,
  ending: Ending,
): Promise<number> {
  const { statistics, signals } = session
  const { succeeded, failed, refusedAccess, unreached } = statistics
  const exitCode = exitCodeOf(
    {
      signal: signals.received,
      badInput: ending.badInput,
      succeeded,
      failed,
      refusedAccess,
      unreached,
      stoppedEarly: ending.stopped !== undefined,
      p95: statistics.percentile(95),
    },
    plan.thresholds,
  )
  const { elapsed, waits, concurrency, stopped } = ending
  const summary = summarize({
    statistics,
    elapsed,
    waits,
    exitCode,
    stopped,
    concurrency,
    read: session.bulk.progress.read,
    isAuto: flags.concurrency === 'auto',
  })
  if (flags.summary !== '-') talk.say(summaryText(summary, talk.style))
  if (flags.summary !== undefined) await writeSummary(flags.summary, summary, io)
  return exitCode
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** Whether something is piped in. A terminal is never waited for in silence, and neither is a closed stdin. */
function isPiped({ stdin }: Io): boolean {
  if (stdin.isTTY) return false
  try {
    const stat = fstatSync(0)
    return stat.isFIFO() || stat.isFile() || stat.isSocket()
  } catch {
    return false
  }
}
