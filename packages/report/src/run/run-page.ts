import { dataText } from '../page/data-text.ts'
import { markup } from '../page/markup.ts'
import { page } from '../page/page.ts'
import { section } from '../page/section.ts'
import { barTable } from '../plots/bar-table.ts'
import type { ReportOptions } from '../report-options.ts'
import type { RunReport } from '../run-report.ts'
import { durationText } from '../text/numbers.ts'
import { errorTable } from './error-table.ts'
import { firstCalls } from './first-calls.ts'
import { latencyPlot } from './latency-plot.ts'
import { runTiles } from './run-tiles.ts'
import { seriesTable } from './series-table.ts'
import { statusBars } from './status-bars.ts'
import { thinSeries } from './thin-series.ts'
import { throughputPlot } from './throughput-plot.ts'
import { waitBars } from './wait-bars.ts'
import { headlineOf, limitOf, paceOf, stopOf } from './words.ts'

/** A run as one page that needs nothing else: no script, no outside resource. Whatever its texts hold is shown as text. */
export function runHtml(report: RunReport, { version }: ReportOptions = {}): string {
  const { attemptMs, series, elapsedMs } = report
  const stopped = stopOf(report)
  const points = thinSeries(series, elapsedMs)
  const [statuses, waits, errors, calls] = [
    statusBars(report),
    waitBars(report),
    errorTable(report),
    firstCalls(report),
  ]
  return page({
    kind: 'Run',
    title: dataText(report.title, 240),
    startedAt: report.startedAt,
    verdict: headlineOf(report),
    lead: [
      ...(stopped === undefined ? [] : [markup`<strong>Stopped:</strong> ${dataText(stopped)}`]),
      markup`${paceOf(report)} <strong>${dataText(limitOf(report))}</strong>`,
    ],
    content: [
      runTiles(report),
      points.length === 0
        ? undefined
        : markup`${section(
            'Over time',
            markup`<div class="pair inner">${throughputPlot(points)}${latencyPlot(points)}</div>`,
            seriesTable(points),
          )}`,
      errors === undefined ? undefined : section('Errors', errors),
      markup`<div class="pair">${[
        statuses === undefined ? undefined : section('Statuses', statuses),
        section(
          'Times of the attempts',
          barTable({
            caption: 'So many percent of the attempts took no longer',
            columns: ['Percentile', 'Time'],
            bars: (['p50', 'p90', 'p95', 'p99', 'max'] as const).map((name) => ({
              name,
              value: attemptMs[name],
              text: durationText(attemptMs[name]),
            })),
          }),
        ),
      ]}</div>\n`,
      waits === undefined
        ? undefined
        : section(
            'What it waited for',
            markup`<p class="aside first"><strong>${dataText(limitOf(report))}</strong></p>`,
            waits,
          ),
      calls === undefined ? undefined : section('The first calls', calls),
    ],
    version,
  })
}
