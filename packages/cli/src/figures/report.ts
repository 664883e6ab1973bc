import type { RunComparison, RunReport } from '@sluice/report'
import type { BenchmarkReport } from 'sluice/benchmark'
import { isFinished, isoDate, type RunSlice, resultPages, spentOf } from 'sluice/internal'
import type { RunStore, StoredRun } from 'sluice/stores'
import { type Io, version } from '../io.ts'
import { checkTextFile, type ReportFormat, reportFormatOf, writeTextFile } from '../outputs/text-file.ts'
import { missedThresholds, storedThresholds } from './missed-thresholds.ts'
import { type CollectedRun, RunCollector } from './run-collector.ts'
import { type RunSummary, tenths, throughputOf } from './run-figures.ts'
import { costsOf, stateOf, storedFigures, totalOf } from './shown-run.ts'

/** Maximum size of the page of results that contains the first calls. */
const firstCalls = { limit: 400, maxBytes: 4 * 1024 * 1024 }

/** Report of a run whose results were collected as they arrived. */
export function liveReport(summary: RunSummary, { collector, title, startedAt }: CollectedRun): RunReport {
  const { exitCode: _, concurrency: __, isAuto: ___, run: ____, ...told } = summary
  return { ...told, title, startedAt, ...collector.collected() }
}

/** Report of a stored run over all its sessions. Its cost does not depend on the number of results. */
export async function storedReport(store: RunStore, run: StoredRun, known?: readonly RunSlice[]): Promise<RunReport> {
  const slices = known ?? (await store.slices(run.id))
  const [collector, tallies, spent] = await Promise.all([
    collectedStored(store, run, slices),
    store.tallies(run.id),
    spentOf(store, run.id),
  ])
  const figures = storedFigures(run, tallies)
  const done = run.succeeded + run.failed
  const total = totalOf(run)
  const missed = missedThresholds({ ...figures, done }, storedThresholds(run))
  return {
    schema: 1,
    title: run.name,
    startedAt: isoDate(run.createdAt),
    ...(isFinished(run) ? undefined : { stopped: stateOf(run) }),
    done,
    unfinished: Math.max(0, (total ?? run.read) - done),
    ...(total === undefined ? undefined : { total }),
    skipped: 0,
    throughput: throughputOf(done, figures.elapsedMs),
    ...figures,
    ...(missed.length === 0 ? undefined : { missed }),
    ...costsOf(run, spent),
    waitedMs: waitsOf(slices, collector.backoff),
    ...collector.collected(),
  }
}

/** Waits by limit over all sessions and workers, the longest first. */
function waitsOf(slices: readonly RunSlice[], backoff: number): Record<string, number> {
  const sums = new Map(backoff < 1 ? [] : [['backoff', tenths(backoff)]])
  for (const { waits } of slices) {
    for (const [limit, ms] of Object.entries(waits)) {
      if (limit !== 'backoff') sums.set(limit, (sums.get(limit) ?? 0) + ms)
    }
  }
  return Object.fromEntries([...sums].sort(([, a], [, b]) => b - a))
}

async function collectedStored(store: RunStore, run: StoredRun, slices: readonly RunSlice[]): Promise<RunCollector> {
  const collector = new RunCollector()
  if (slices.length > 0) {
    for (const slice of slices) collector.addStretch(slice, run.createdAt)
    for (const result of await store.results(run.id, firstCalls)) collector.addStoredCall(result, run.createdAt)
    return collector
  }
  // The run is from a version that stored no slices: its results are read page by page.
  for await (const page of resultPages(store, run.id))
    for (const result of page) collector.addStored(result, run.createdAt)
  return collector
}

/** Subject of a report. */
export type Reported =
  | { readonly kind: 'run'; readonly report: RunReport }
  | { readonly kind: 'benchmark'; readonly report: BenchmarkReport }
  | { readonly kind: 'comparison'; readonly report: RunComparison }

/** Renders the report as HTML, Markdown, or JSON. */
export async function renderReport(reported: Reported, format: ReportFormat | 'json'): Promise<string> {
  if (format === 'json') return reportJson(reported.report)
  const pages = await import('@sluice/report')
  const isPage = format === 'html'
  switch (reported.kind) {
    case 'run':
      return (isPage ? pages.runHtml : pages.runMarkdown)(reported.report, { version })
    case 'benchmark':
      return (isPage ? pages.benchmarkHtml : pages.benchmarkMarkdown)(reported.report, { version })
    case 'comparison':
      return (isPage ? pages.comparisonHtml : pages.comparisonMarkdown)(reported.report, { version })
  }
}

/** Checks before the run that `--report` can be written after it. @throws SettingsError that says what to do */
export async function checkRunReport(path: string): Promise<void> {
  reportFormatOf('--report', path)
  await checkTextFile(path)
}

/** Writes the file of `--report`. @throws OutputError or SettingsError if it cannot be written */
export async function writeRunReport(path: string, report: RunReport, io: Io): Promise<void> {
  await writeTextFile(path, await renderReport({ kind: 'run', report }, reportFormatOf('--report', path)), io)
}

/**
 * Report as shown in every format: with known secrets masked in its texts, and rounded as by `--json`, so that a page
 * rendered from the JSON later is identical.
 */
export function maskedReport(report: BenchmarkReport, redact: (text: string) => string): BenchmarkReport {
  const { errors } = report
  const masked = {
    ...report,
    targets: report.targets.map((text) => redact(text)),
    evidence: redact(report.evidence),
    notes: report.notes.map((text) => redact(text)),
    ...(errors === undefined
      ? undefined
      : { errors: errors.map((error) => ({ ...error, message: redact(error.message) })) }),
  }
  return JSON.parse(reportJson(masked)) as BenchmarkReport
}

/** JSON of a report, with numbers rounded to three decimals. */
export function reportJson(report: object): string {
  const rounded = (_name: string, value: unknown): unknown =>
    typeof value === 'number' ? Math.round(value * 1_000) / 1_000 : value
  return `${JSON.stringify(report, rounded, 2)}\n`
}
