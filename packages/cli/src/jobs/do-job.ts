import { SettingsError, UnfinishedError } from 'sluice'
import { messageOf, SourceChangedError } from 'sluice/internal'
import { StoreError } from 'sluice/stores'
import { exitCodeOf } from '../figures/exit-code.ts'
import { liveReport, writeRunReport } from '../figures/report.ts'
import { leftOver, type RunSummary, type SummaryParts, summarize } from '../figures/run-figures.ts'
import type { FetchFlags } from '../flags/fetch-flags.ts'
import type { Io } from '../io.ts'
import { openFileSink } from '../outputs/file-sink.ts'
import { ClosedPipeError } from '../outputs/output-errors.ts'
import { summaryText, troubleText } from '../terminal/summary-text.ts'
import { type FetchSession, openSession } from './fetch-session.ts'
import type { Job, JobEnd, SessionParts } from './job.ts'
import { runOnEnd } from './on-end.ts'

/** Runs a job to its end, prints its summary, and returns the exit code. */
export async function doJob(parts: SessionParts, job: Job): Promise<number> {
  const { terminal, redact } = parts
  const session = await openSession(parts, job).catch(async (error: unknown) => {
    await job.abandon()
    throw error
  })
  const failure = await deliver(session, job).then(
    () => undefined,
    (error: unknown) => ({ error }),
  )
  const { waits, concurrency } = session.client.status()
  const limits = session.time.shares()
  const elapsed = [...limits.values()].reduce((sum, time) => sum + time, 0)
  const hosts = session.health.troubles(performance.now())
  const logFailure = await session.close()
  if (logFailure !== undefined) terminal.complain(`${redact(logFailure.message)}; the log ends there`)

  const reason = stopReason(session, failure, parts.flags)
  // A run that was stopped with nothing left counts as complete.
  const isOver = failure === undefined && isAllDone(session)
  const { end, error } = await endOf(job, reason !== undefined && !isOver)
  const stopped = isOver && session.signals.received === undefined ? undefined : reason
  if (failure?.error instanceof ClosedPipeError || error instanceof ClosedPipeError) return 0
  for (const note of end?.notes ?? []) terminal.say(note)
  const problem = error ?? (isOurOwnAbort(session, failure) ? undefined : failure?.error)
  if (problem !== undefined)
    terminal.complain(redact(messageOf(problem)).replace('(storeTimeout)', '(--store-timeout)'))
  const badInput = problem instanceof SettingsError || problem instanceof SourceChangedError
  if (problem !== undefined && !badInput && !(problem instanceof StoreError)) return 1

  const exitCode = await conclude(session, parts, {
    elapsed,
    waits,
    limits,
    hosts,
    concurrency,
    stopped,
    badInput,
    end,
  })
  return logFailure === undefined ? exitCode : exitCode || 1
}

/** Passes each result to the job as it arrives. */
async function deliver({ work, statistics, time, live }: FetchSession, job: Job): Promise<void> {
  for await (const result of work) {
    // A call that was stopped early has no result, and stays unfinished.
    const isLeft = !result.ok && result.error instanceof UnfinishedError
    const writing = isLeft ? result : job.keep(result)
    const kept = writing instanceof Promise ? await time.writing(writing) : writing
    statistics.add(kept)
    if (!isLeft) live?.add(kept, performance.now())
  }
}

async function endOf(job: Job, wasStopped: boolean): Promise<{ end?: JobEnd; error?: unknown }> {
  try {
    return { end: await job.end(wasStopped) }
  } catch (error) {
    return { error }
  }
}

/** True if every input is known and has its result. */
function isAllDone({ work: { progress }, statistics }: FetchSession): boolean {
  return progress.total !== undefined && leftOver(progress, statistics.skipped) === 0
}

function stopReason(
  { work, signals }: FetchSession,
  failure: { readonly error: unknown } | undefined,
  flags: FetchFlags,
): string | undefined {
  if (work.stopReason !== undefined) return inFlags(work.stopReason, flags)
  if (signals.received !== undefined) return signals.received
  if (failure === undefined) return undefined
  if (failure.error instanceof StoreError) return 'the store failed'
  return failure.error instanceof SettingsError ? 'bad input' : 'an error'
}

function isOurOwnAbort({ abort }: FetchSession, failure: { readonly error: unknown } | undefined): boolean {
  return failure !== undefined && abort.signal.aborted && failure.error === abort.signal.reason
}

interface Ending extends Pick<SummaryParts, 'elapsed' | 'waits' | 'limits' | 'hosts' | 'concurrency' | 'stopped'> {
  readonly badInput: boolean
  readonly end: JobEnd | undefined
}

/** Prints the summary of the run, and returns the exit code. */
async function conclude(
  session: FetchSession,
  { plan, flags, io, terminal }: SessionParts,
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
      stoppedEarly: ending.end?.isWhole !== true,
      gaveUp: session.gaveUp,
      p95: statistics.percentile(95),
    },
    plan.thresholds,
  )
  const { elapsed, waits, limits, hosts, concurrency, stopped } = ending
  const summary = summarize({
    statistics,
    elapsed,
    waits,
    exitCode,
    stopped,
    concurrency,
    progress: session.work.progress,
    limits,
    hosts,
    stored: ending.end?.stored,
    thresholds: plan.thresholds,
    isAuto: flags.concurrency === 'auto',
  })
  // If the input could not be read at all, the error says enough.
  const hasBegun = !ending.badInput || summary.requests > 0 || summary.done > 0
  if (flags.summary !== '-' && hasBegun) {
    if ((flags.quiet ?? 0) === 0) terminal.say(summaryText(summary, terminal.style, flags.profile))
    else if (summary.failed > 0 || summary.stopped !== undefined) terminal.complain(troubleText(summary))
  }
  for (const missed of summary.missed ?? []) terminal.warn(missed)
  if (flags.summary !== undefined) await writeSummary(flags.summary, summary, io)
  const collected = ending.end?.collected
  if (flags.report !== undefined) {
    if (collected !== undefined) await writeRunReport(flags.report, liveReport(summary, collected), io)
    terminal.say(`the report is in ${flags.report}`)
  }
  if (flags.onEnd !== undefined) await runOnEnd(flags.onEnd, summary, terminal)
  return exitCode
}

/** Writes the summary as JSON to a file, or with `-` to stderr. @throws OutputError or SettingsError if it fails */
async function writeSummary(target: string, summary: RunSummary, io: Io): Promise<void> {
  const text = `${JSON.stringify(summary, undefined, 2)}\n`
  if (target === '-') {
    io.stderr.write(text)
    return
  }
  const sink = await openFileSink(target)
  await sink.write(text)
  await sink.close()
}

/** Reason of a stop, with the flags in place of the library's options. */
function inFlags(reason: string, { maxTime }: FetchFlags): string {
  if (reason === 'the run was stopped from outside') return 'sluice runs stop'
  if (reason === 'the time for the run is up') return `--max-time ${maxTime} is over`
  return reason.replace(/maxFailures \((.+)\)$/, '--max-failures $1').replace(/failFast$/, '--fail-fast')
}
