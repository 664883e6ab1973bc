import type { BenchmarkReport } from 'sluice/benchmark'

/**
 * The report as it is shown in every form: with every literal secret masked that its texts may have, and as `--json` writes it,
 * so that a page made of the JSON later says the same.
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

/** What `--json` writes: the report, with at most three decimals. */
export function reportJson(report: object): string {
  const rounded = (_name: string, value: unknown): unknown =>
    typeof value === 'number' ? Math.round(value * 1_000) / 1_000 : value
  return `${JSON.stringify(report, rounded, 2)}\n`
}
