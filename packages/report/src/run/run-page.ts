import { markup } from '../markup.ts'
import { page } from '../page/page.ts'
import { dataText, section } from '../page/parts.ts'
import type { ReportOptions, RunReport } from '../run-report.ts'
import { callBars } from './call-bars.ts'
import { attemptTimes, errorTable, overTime, runTiles, statusBars, waitBars } from './run-sections.ts'
import { headlineOf, hostLines, keyLines, limitOf, missedLines, paceOf, stopOf } from './words.ts'

/** Renders a run as a self-contained HTML page without scripts or external resources. All text is escaped. */
export function runHtml(report: RunReport, { version }: ReportOptions = {}): string {
  const stopped = stopOf(report)
  const [statuses, waits, errors, calls] = [statusBars(report), waitBars(report), errorTable(report), callBars(report)]
  return page({
    kind: 'Run',
    title: dataText(report.title, 240),
    startedAt: report.startedAt,
    verdict: headlineOf(report),
    lead: [
      ...(stopped === undefined ? [] : [markup`<strong>Stopped:</strong> ${dataText(stopped)}`]),
      ...missedLines(report).map((line) => markup`<strong>${dataText(line)}</strong>`),
      ...[...hostLines(report), ...keyLines(report)].map((line) => markup`${dataText(line)}`),
      markup`${paceOf(report)} <strong>${dataText(limitOf(report))}</strong>`,
    ],
    content: [
      runTiles(report),
      overTime(report),
      errors === undefined ? undefined : section('Errors', errors),
      markup`<div class="pair">${[
        statuses === undefined ? undefined : section('Statuses', statuses),
        section('Times of the attempts', attemptTimes(report)),
      ]}</div>\n`,
      waits === undefined ? undefined : section('Waits', waits),
      calls === undefined ? undefined : section('The first calls', calls),
    ],
    version,
  })
}
