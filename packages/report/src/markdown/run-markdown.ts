import { scaleQuantize } from 'd3-scale'
import { thinSeries } from '../run/thin-series.ts'
import { headlineOf, hostLines, keyLines, limitOf, missedLines, paceOf, spentLines, stopOf } from '../run/words.ts'
import type { ReportOptions, RunReport } from '../run-report.ts'
import { countText, durationText, largest, rateText, shareText } from '../text.ts'
import { data, heading, list, markdownOf, paragraph, prose, signature, strong, table, text } from './nodes.ts'

/** Maximum number of errors, to keep the summary short. */
const maxErrors = 10
const maxStatuses = 12
/** Maximum length of a sparkline, so that it fits on a narrow screen. */
const sparks = 50

/** Renders a run as GitHub Flavored Markdown for a pull request or a CI job summary. All text is escaped. */
export function runMarkdown(report: RunReport, { version }: ReportOptions = {}): string {
  const { attemptMs, errors, statuses, title, startedAt } = report
  const stopped = stopOf(report)
  const rates = ratesOf(report)
  const codes = Object.entries(statuses).sort(([, a], [, b]) => b - a)
  return markdownOf([
    heading(text(headlineOf(report))),
    paragraph(data(title)),
    ...(stopped === undefined ? [] : [paragraph(strong(text('Stopped:')), text(' '), prose(stopped))]),
    paragraph(text(`${paceOf(report)} `), prose(limitOf(report))),
    ...missedLines(report).map((line) => paragraph(strong(prose(line)))),
    ...[...hostLines(report), ...keyLines(report)].map((line) => paragraph(prose(line))),
    table(
      ['', 'Figure'],
      figuresOf(report).map(([name, value]) => [text(name), text(value)]),
    ),
    ...(rates.length < 2
      ? []
      : [
          paragraph(
            text('Results per second: '),
            data(sparkline(rates)),
            text(` at most ${rateText(Math.max(...rates))}`),
          ),
        ]),
    ...(codes.length === 0
      ? []
      : [
          paragraph(
            text('Statuses: '),
            ...codes
              .slice(0, maxStatuses)
              .flatMap(([status, count], index) => [
                text(index === 0 ? '' : ', '),
                data(status, 60),
                text(` ${countText(count)}`),
              ]),
            text(codes.length > maxStatuses ? `, and ${countText(codes.length - maxStatuses)} others` : ''),
          ),
        ]),
    ...(errors.length === 0
      ? []
      : [
          list([
            ...errors
              .toSorted((a, b) => b.count - a.count)
              .slice(0, maxErrors)
              .map(({ code, message, count, example }) => [
                strong(text(`${countText(count)}×`)),
                text(' '),
                data(code, 60),
                text(' '),
                prose(message, 300),
                text(', first '),
                data(example, 200),
              ]),
            ...(errors.length > maxErrors
              ? [[text(`and ${countText(errors.length - maxErrors)} other kinds of errors`)]]
              : []),
          ]),
        ]),
    signature(startedAt, version),
  ])

  function figuresOf({
    done,
    succeeded,
    failed,
    unfinished,
    skipped,
    elapsedMs,
    throughput,
    requests,
    throttledShare,
  }: RunReport): [string, string][] {
    return [
      ['Done', countText(done)],
      ['Succeeded', countText(succeeded)],
      ['Failed', countText(failed)],
      ['Unfinished', countText(unfinished)],
      ['Skipped', countText(skipped)],
      ['Took', durationText(elapsedMs)],
      ['Results per second', rateText(throughput)],
      ['Requests', countText(requests)],
      ['Refused (429)', shareText(throttledShare)],
      ...spentLines(report),
      ['One attempt: p50 / p95 / p99', [attemptMs.p50, attemptMs.p95, attemptMs.p99].map(durationText).join(' / ')],
    ]
  }
}

/** Results per second over time, in at most `sparks` steps. */
function ratesOf({ series, elapsedMs }: RunReport): number[] {
  const points = thinSeries(series, elapsedMs)
  const group = Math.max(1, Math.ceil(points.length / sparks))
  return Array.from({ length: Math.ceil(points.length / group) }, (_, index) => {
    const own = points.slice(index * group, (index + 1) * group)
    return own.reduce((sum, { succeeded, failed }) => sum + succeeded + failed, 0) / own.length
  })
}

const blocks = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█']

/** Sparkline of block characters, scaled to the highest number. Zero is a dot. */
export function sparkline(numbers: readonly number[]): string {
  const most = largest(numbers)
  const scale = scaleQuantize([0, most], blocks)
  return numbers.map((number) => (number > 0 && most > 0 ? scale(number) : '·')).join('')
}
