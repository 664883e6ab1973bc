import type { BenchmarkReport } from 'sluice/benchmark'
import { type Markup, markup } from '../markup.ts'
import { page } from '../page/page.ts'
import { dataCode, dataList, dataText, details, section, tiles } from '../page/parts.ts'
import type { ReportOptions } from '../run-report.ts'
import { countText, durationText, noNumber, rateText, timesText } from '../text.ts'
import { latencyPlot, throughputPlot } from './plots.ts'
import { rowsTable } from './rows-table.ts'
import { waterfalls } from './waterfalls.ts'
import { keyRows, limitText, meaningOf, measuredIn, verdictOf } from './words.ts'

/** Maximum number of targets shown without expanding the list. */
const atSight = 5

/** Renders a benchmark as a self-contained HTML page without scripts or external resources. All text is escaped. */
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

/** Figures of the sweet spot, with those of the baseline. */
function benchmarkTiles(report: BenchmarkReport): Markup {
  const { before, best } = keyRows(report)
  const was = before === best ? undefined : before
  return tiles([
    ['Speed-up', best === undefined ? noNumber : timesText(best.speedup), 'against one after another'],
    ['Requests per second', change(was && rateText(was.rps), best && rateText(best.rps)), 'before → at the best'],
    ['95th percentile', change(was && durationText(was.p95Ms), best && durationText(best.p95Ms)), 'of one request'],
    ['Requests sent', countText(report.sentRequests), `of ${countText(report.plannedRequests)} planned`],
  ])
}

function change(before: string | undefined, after: string | undefined): Markup | string {
  if (before === undefined) return after ?? noNumber
  return markup`<span class="was">${before} →</span> ${after ?? noNumber}`
}

const meanings: readonly (readonly [string, string])[] = [
  ['Sequential', 'One after another, with a new connection for each, as in a plain script.'],
  ['Reused connection', 'One after another over a single connection.'],
  ['Concurrent', 'At this concurrency, over connections that stay open.'],
  ['Auto', 'At the concurrency that Sluice finds automatically.'],
  [
    'Wall time',
    'From the first request to the last response: the median of the rounds, and below it the shortest and the longest.',
  ],
  ['Requests/s', 'Successes per second.'],
  ['Speed-up', 'Requests per second relative to the row “Sequential”.'],
  ['Efficiency', 'Throughput as a share of the ideal: the number at once times the row “Reused connection”.'],
  ['p50, p95, p99', 'Half, 95 % and 99 % of the requests took no longer. Waiting in the local queue does not count.'],
  ['429s', 'Requests refused because of a rate or a quota.'],
  ['Errors', 'Requests that failed otherwise.'],
  [
    'Best',
    'The smallest number at once within 5 % of the best throughput whose p95 stays within twice the unloaded one.',
  ],
]

/** Explains the columns of the tables. */
function columnMeanings(): Markup {
  return markup`<dl class="meaning">${meanings.map(([name, meaning]) => markup`<dt>${name}</dt><dd>${meaning}</dd>\n`)}</dl>`
}
