export { benchmarkHtml } from './benchmark/benchmark-page.ts'
export { benchmarkMarkdown } from './markdown/benchmark-markdown.ts'
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
} from './run-report.ts'
