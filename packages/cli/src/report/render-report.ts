import type { RunReport } from '@sluice/report'
import type { BenchmarkReport } from 'sluice/benchmark'
import { reportJson } from '../bench/written-report.ts'
import type { ReportFormat } from '../outputs/report-format.ts'
import { version } from '../version.ts'

/** What a report is about. */
export type Reported =
  | { readonly kind: 'run'; readonly report: RunReport }
  | { readonly kind: 'benchmark'; readonly report: BenchmarkReport }

/** The report as a page, as Markdown, or as JSON. */
export async function renderReport(reported: Reported, format: ReportFormat | 'json'): Promise<string> {
  if (format === 'json') return reportJson(reported.report)
  const { benchmarkHtml, benchmarkMarkdown, runHtml, runMarkdown } = await import('@sluice/report')
  if (reported.kind === 'run') return (format === 'html' ? runHtml : runMarkdown)(reported.report, { version })
  return (format === 'html' ? benchmarkHtml : benchmarkMarkdown)(reported.report, { version })
}
