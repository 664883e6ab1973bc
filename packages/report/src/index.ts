export { benchmarkHtml } from './benchmark/benchmark-page.ts'
export { type ComparableRun, compareRuns, type RunComparison } from './compare/compare-runs.ts'
export { comparisonHtml } from './compare/comparison-page.ts'
export {
  type ComparisonGroup,
  comparisonColumns,
  comparisonGroups,
  comparisonVerdict,
} from './compare/comparison-table.ts'
export { benchmarkMarkdown } from './markdown/benchmark-markdown.ts'
export { comparisonMarkdown } from './markdown/comparison-markdown.ts'
export { runMarkdown } from './markdown/run-markdown.ts'
export { runHtml } from './run/run-page.ts'
export type {
  EndFigures,
  HostTrouble,
  KeyFigures,
  ReportedError,
  ReportOptions,
  RunBar,
  RunFigures,
  RunReport,
  RunSeries,
  RunTry,
} from './run-report.ts'
