import { type Markup, markup } from '../markup.ts'
import { type Column, dataCode, dataText, section, type Tile, table, tiles } from '../page/parts.ts'
import { barTable } from '../plots/bar-table.ts'
import type { ReportedError, RunReport } from '../run-report.ts'
import { bytesText, countText, drawable, durationText, noNumber, rateText, shareText } from '../text.ts'
import { heatMap } from './heat-map.ts'
import { seriesTable, throughputPlot } from './over-time.ts'
import { type TimeRange, thinSeries } from './thin-series.ts'
import { limitName, limitOf, spentLines } from './words.ts'

/** Figures of the whole run. */
export function runTiles(report: RunReport): Markup {
  const { done, succeeded, failed, unfinished, skipped, elapsedMs, throughput, requests, throttledShare, attemptMs } =
    report
  return tiles([
    ['Done', countText(done), `${countText(unfinished)} unfinished, ${countText(skipped)} skipped`],
    ['Succeeded', countText(succeeded), done > 0 ? `${shareText(succeeded / done)} of those done` : undefined],
    ['Failed', countText(failed), done > 0 ? `${shareText(failed / done)} of those done` : undefined],
    ['Results per second', rateText(throughput), `in ${durationText(elapsedMs)}`],
    ['Requests', countText(requests), `${shareText(throttledShare)} of them refused (429)`],
    ['95th percentile', durationText(attemptMs.p95), `of one attempt; half took ${durationText(attemptMs.p50)}`],
    ...receivedTile(report),
    ...spentLines(report),
  ])
}

/** Bytes and protocols, if known. */
export function receivedTile({ bytes, protocols = {} }: RunReport): Tile[] {
  if (bytes === undefined) return []
  const names = Object.keys(protocols).map((name) => (name === 'h2' ? 'HTTP/2' : name.toUpperCase()))
  return [['Received', bytesText(bytes), names.length === 0 ? undefined : dataText(`over ${names.join(', ')}`, 80)]]
}

/**
 * Plots of results per second and attempt durations over the time of the run, or a part of it; undefined before the
 * first result.
 */
export function overTime({ series, elapsedMs }: RunReport, range?: TimeRange): Markup | undefined {
  const points = thinSeries(series, elapsedMs, range)
  if (points.length === 0) return undefined
  return section(
    'Over time',
    markup`<div class="pair inner">${throughputPlot(points)}${heatMap(points)}</div>`,
    seriesTable(points),
  )
}

/** Attempt durations by percentile. */
export function attemptTimes({ attemptMs }: RunReport): Markup {
  return barTable({
    caption: 'Time within which this share of attempts ended',
    columns: ['Percentile', 'Time'],
    bars: (['p50', 'p90', 'p95', 'p99', 'max'] as const).map((name) => ({
      name,
      value: attemptMs[name],
      text: durationText(attemptMs[name]),
    })),
  })
}

/** Maximum number of statuses; the others are added up. */
const maxStatuses = 20

/** Bars for the count of each final status. */
export function statusBars({ statuses, done }: RunReport): Markup | undefined {
  const all = Object.entries(statuses).sort(([, a], [, b]) => b - a)
  if (all.length === 0) return undefined
  const others = all.slice(maxStatuses)
  const bars = all.slice(0, maxStatuses).map(([status, count]) => ({
    name: dataCode(status, 60),
    value: count,
    text: countText(count),
    more: [shareText(count / done)],
    tone: kindOf(status),
  }))
  const left = others.reduce((sum, [, count]) => sum + count, 0)
  return barTable({
    caption: 'Final statuses, and codes of errors where there was no status',
    columns: ['Status', 'Results', 'Share'],
    bars:
      others.length === 0
        ? bars
        : [
            ...bars,
            {
              name: `${countText(others.length)} others`,
              value: left,
              text: countText(left),
              more: [shareText(left / done)],
            },
          ],
  })
}

/** Kind of a final status or error code. */
type StatusKind = 'good' | 'bad' | 'refused' | 'calm'

/** Classifies a status: 429 is a refusal, and non-numeric values are error codes. */
function kindOf(status: string): StatusKind {
  if (status === '429') return 'refused'
  if (/^2\d\d$/.test(status)) return 'good'
  return /^[13]\d\d$/.test(status) ? 'calm' : 'bad'
}

/** Maximum number of error kinds; the rarest are left out. */
const maxErrors = 25

/** Columns of a table of errors; `counted` names what is counted. */
export function errorColumns(counted: string): readonly Column<ReportedError>[] {
  return [
    ['Code', 'text', ({ code }) => dataCode(code, 60)],
    [counted, 'number', ({ count }) => countText(count)],
    ['Message', 'text', ({ message }) => dataText(message)],
    ['The first one', 'text', ({ example }) => dataCode(example, 200)],
  ]
}

/**
 * Table of failures by kind, with the first example of each. `action` makes the last cell of a row, from its position
 * among the errors of the report.
 */
export function errorTable({ errors }: RunReport, action?: (position: number) => Markup): Markup | undefined {
  if (errors.length === 0) return undefined
  const left = errors.length - maxErrors
  const shown = errors.toSorted((a, b) => b.count - a.count).slice(0, maxErrors)
  const actions: Column<ReportedError>[] =
    action === undefined
      ? []
      : [[markup`<span class="unseen">Action</span>`, 'number', (error) => action(errors.indexOf(error))]]
  return markup`${table(shown, {
    caption: 'Failures with the same code and message, the most frequent first',
    columns: [...errorColumns('Results'), ...actions],
  })}${left > 0 ? markup`<p class="aside">${countText(left)} rarer ones are not shown.</p>` : undefined}`
}

/** Maximum number of limits; the shortest waits are left out. */
const maxLimits = 20

/** Bars for the time that calls waited for each limit. */
export function waitBars(report: RunReport): Markup | undefined {
  const { waitedMs, elapsedMs } = report
  // Backoff is a sum over all calls, not a share of the time: it comes last, without a bar.
  const isSum = (limit: string): boolean => limit === 'backoff'
  const all = Object.entries(waitedMs).sort(
    ([one, a], [other, b]) => Number(isSum(one)) - Number(isSum(other)) || b - a,
  )
  if (all.length === 0) return undefined
  const left = all.length - maxLimits
  return markup`<p class="aside first"><strong>${dataText(limitOf(report))}</strong></p>${barTable({
    caption: 'Time in which at least one call waited',
    columns: ['Waiting for', 'Time', 'Of the run'],
    bars: all.slice(0, maxLimits).map(([limit, ms]) => ({
      name: markup`<bdi>${limitName(limit)}</bdi>${isSum(limit) ? ', all calls added up' : undefined}`,
      value: isSum(limit) ? 0 : ms,
      text: durationText(ms),
      more: [isSum(limit) ? noNumber : shareText(ms / elapsedMs)],
    })),
    most: drawable(elapsedMs) ?? 0,
  })}${left > 0 ? markup`<p class="aside">${countText(left)} shorter ones are not shown.</p>` : undefined}`
}
