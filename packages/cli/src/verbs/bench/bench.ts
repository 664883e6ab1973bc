import type { WriteStream } from 'node:tty'
import { type BenchmarkReport, benchmark } from 'sluice/benchmark'
import { benchExitCode } from '../../figures/exit-code.ts'
import { maskedReport, renderReport, reportJson } from '../../figures/report.ts'
import type { BenchFlags } from '../../flags/fetch-flags.ts'
import type { Io } from '../../io.ts'
import { checkDistinct } from '../../outputs/distinct-places.ts'
import { ClosedPipeError, OutputError } from '../../outputs/output-errors.ts'
import { createRedactor } from '../../outputs/redactor.ts'
import { checkTextFile, reportFormatOf, writeTextFile } from '../../outputs/text-file.ts'
import { checkProfile, saveProfile } from '../../plan/profiles.ts'
import { isPiped } from '../../plan/request-plan.ts'
import { StopSignals } from '../../terminal/keys.ts'
import { styleOf, Terminal } from '../../terminal/terminal.ts'
import { type BenchPlan, readBenchRequests, resolveBenchPlan } from './bench-plan.ts'
import { showProgress } from './bench-progress.ts'
import { benchTable } from './bench-table.ts'
import { askConsent, introText, type Sending, sendingOf, sendingText } from './consent.ts'
import { foundRate, nextCommands, verdictText } from './verdict-text.ts'

interface Bench {
  readonly urls: readonly string[]
  readonly plan: BenchPlan
  readonly flags: BenchFlags
  readonly io: Io
  readonly terminal: Terminal
  readonly redact: (text: string) => string
}

/**
 * Measures requests one after another and at several levels of concurrency, prints what is best, and returns the exit
 * code.
 */
export async function benchCommand(urls: readonly string[], flags: BenchFlags, io: Io): Promise<number> {
  const plan = resolveBenchPlan(urls, flags, { env: io.env, stdinIsPiped: isPiped(io) })
  await checkTargets(flags)
  const terminal = Terminal.as(flags, io)
  for (const warning of plan.warnings) terminal.warn(warning)
  const bench: Bench = { urls, plan, flags, io, terminal, redact: createRedactor(plan.secrets) }

  const abort = new AbortController()
  const stop = (): void => abort.abort(new Error('stopped'))
  const signals = new StopSignals({ onFirst: stop, onSecond: stop })
  try {
    const { report, sending } = await measure(bench, abort.signal)
    await tell(maskedReport(report, bench.redact), sending, bench)
    return benchExitCode(report)
  } catch (error) {
    if (signals.received !== undefined) return signals.received === 'SIGINT' ? 130 : 143
    if (error instanceof ClosedPipeError) return 0
    if (!(error instanceof OutputError)) throw error
    terminal.complain(bench.redact(error.message))
    return 1
  } finally {
    signals.close()
  }
}

/** Checks all output files before anything is sent. */
async function checkTargets({ report, json, saveProfile: profile }: BenchFlags): Promise<void> {
  checkDistinct(
    [
      { flag: '--report', path: report },
      { flag: '--json', path: json },
    ],
    [],
  )
  if (report !== undefined) {
    reportFormatOf('--report', report)
    await checkTextFile(report)
  }
  if (json !== undefined) await checkTextFile(json)
  if (profile !== undefined) await checkProfile(profile)
}

async function measure(
  { plan, flags, io, terminal, redact }: Bench,
  signal: AbortSignal,
): Promise<{ readonly report: BenchmarkReport; readonly sending: Sending }> {
  const { requests, note } = await readBenchRequests(plan, signal)
  signal.throwIfAborted()
  const sending = sendingOf(requests, plan.client)
  const most = plan.measured.requests
  if (note !== undefined) terminal.say(note)
  terminal.say(redact(introText(plan.measured, sending, widthOf(io.stderr))))
  if (sending.needsConsent && flags.yes !== true) {
    const canAsk = io.stdin.isTTY && io.stderr.isTTY && plan.input.files?.includes('-') !== true
    await askConsent(redact(sendingText(most, sending)), { io, canAsk, signal })
  }
  const progress = showProgress({ io, terminal, quiet: (flags.quiet ?? 0) > 0, most })
  try {
    const { onTurn, onSent } = progress
    return { report: await benchmark(plan.client, requests, { ...plan.options, signal, onTurn, onSent }), sending }
  } finally {
    progress.close()
  }
}

/** Prints the result, and writes it to the requested files. */
async function tell(
  report: BenchmarkReport,
  { hosts }: Sending,
  { urls, flags, io, terminal, redact }: Bench,
): Promise<void> {
  const { sweetSpot, startedAt, limitedBy } = report
  const keeps = flags.saveProfile !== undefined && sweetSpot !== undefined
  const profile = keeps ? flags.saveProfile : undefined
  // If the JSON goes to stdout, everything else goes to stderr.
  const stream = flags.json === '-' ? io.stderr : io.stdout
  const isShown = stream === io.stdout || (flags.quiet ?? 0) === 0
  if (isShown) {
    const width = widthOf(stream)
    const style = styleOf({ isTTY: stream.isTTY, env: io.env, when: flags.color ?? 'auto' })
    const next = nextCommands(report, { urls, flags, profile, redact })
    stream.write(`\n${benchTable(report, width, style)}\n${verdictText(report, next, width, style)}`)
  }
  if (flags.json !== undefined) await writeTextFile(flags.json, reportJson(report), io)
  if (flags.report !== undefined) {
    const text = await renderReport({ kind: 'benchmark', report }, reportFormatOf('--report', flags.report))
    await writeTextFile(flags.report, text, io)
  }
  if (profile !== undefined && sweetSpot !== undefined) {
    const found = foundRate(report)
    const rate = flags.rate ?? (found === undefined ? undefined : [found])
    const limits = { concurrency: sweetSpot, ...(rate === undefined ? undefined : { rate }) }
    const place = await saveProfile(profile, { ...limits, measuredAt: startedAt, hosts, limitedBy })
    terminal.say(`the profile ${profile} is in ${place}`)
  } else if (flags.saveProfile !== undefined) {
    terminal.warn(`the profile ${flags.saveProfile} is not saved: no concurrency was best`)
  }
  if (flags.report !== undefined) terminal.say(`the report is in ${flags.report}`)
}

/** One column stays free: a full line wraps on some terminals. */
function widthOf(stream: WriteStream): number {
  return Math.min((stream.columns || 101) - 1, 120)
}
