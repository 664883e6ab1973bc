import type { BenchmarkReport } from 'sluice/benchmark'
import { dataList } from '../page/data-list.ts'
import { dataCode, dataText } from '../page/data-text.ts'
import { type Markup, markup } from '../page/markup.ts'
import { page } from '../page/page.ts'
import { details, section } from '../page/section.ts'
import type { ReportOptions } from '../report-options.ts'
import { countText } from '../text/numbers.ts'
import { benchmarkTiles } from './benchmark-tiles.ts'
import { columnMeanings } from './column-meanings.ts'
import { latencyPlot } from './latency-plot.ts'
import { rowsTable } from './rows-table.ts'
import { throughputPlot } from './throughput-plot.ts'
import { waterfalls } from './waterfalls.ts'
import { limitText, meaningOf, measuredIn, verdictOf } from './words.ts'

/** So many targets are seen at once. */
const atSight = 5

/** A benchmark as one page that needs nothing else: no script, no outside resource. Whatever its texts hold is shown as text. */
export function benchmarkHtml(report: BenchmarkReport, { version }: ReportOptions = {}): string {
  const { rows, targets, notes } = report
  const { target, more } = measuredIn(report)
  return page({
    kind: 'Benchmark',
    title: markup`${dataText(target, 240)}${more}`,
    startedAt: report.startedAt,
    verdict: verdictOf(report),
    lead: [
      markup`${meaningOf(report)} <strong>${dataText(limitText(report.limitedBy))}.</strong>`,
      markup`Evidence: ${dataText(report.evidence, 600)}.`,
    ],
    content: [
      benchmarkTiles(report),
      rows.length === 0 ? undefined : section('Before and after', rowsTable(report)),
      rows.length === 0
        ? undefined
        : markup`<div class="pair">${section('Throughput', throughputPlot(report))}${section('Latency', latencyPlot(report))}</div>\n`,
      waterfalls(report),
      notes.length === 0 ? undefined : section('Notes', dataList(notes, dataText)),
      targets.length === 0
        ? undefined
        : section(
            'Targets',
            dataList(targets.slice(0, atSight), targetText),
            targets.length > atSight
              ? details(`${countText(targets.length - atSight)} more`, dataList(targets.slice(atSight), targetText))
              : undefined,
          ),
      rows.length === 0 ? undefined : section('What the columns mean', columnMeanings()),
    ],
    version,
  })
}

function targetText(target: string): Markup {
  return dataCode(target, 200)
}
