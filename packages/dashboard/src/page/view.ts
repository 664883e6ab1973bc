import type { ReportedError, RunBar } from '@sluice/report'
import { type Markup, markup } from '@sluice/report/markup'
import {
  attemptBars,
  attemptTimes,
  barTable,
  callBars,
  countText,
  dataCode,
  dataText,
  durationText,
  errorColumns,
  errorTable,
  headlineOf,
  hostLines,
  keyLines,
  limitName,
  missedLines,
  overTime,
  rateText,
  receivedTile,
  section,
  shareText,
  spentLines,
  statusBars,
  stopOf,
  type TimeRange,
  table,
  tableSection,
  tiles,
  waitBars,
} from '@sluice/report/parts'
import type { LiveRun } from '../live-run.ts'
import { flightPlot } from './flight-plot.ts'
import { callButton } from './found-view.ts'
import { shareBar, workersOf } from './runs-view.ts'

/** Parts of the page that are rendered from each snapshot of the run, by element id. Plots show `range` if it is given. */
export function viewOf(run: LiveRun, range?: TimeRange): Readonly<Record<string, Markup | undefined>> {
  const { report } = run
  return {
    title: dataText(report.title, 240),
    verdict: markup`${verdictOf(run)}`,
    share: shareOf(run),
    lead: leadOf(run),
    tiles: tilesOf(run),
    series: overTime(report, range),
    flights: flightSection(run, range),
    waits: sectionOf('What holds it up', waitBars(report)),
    errors: errorsOf(run),
    statuses: statusesOf(run),
    times: section('Times of the attempts', attemptTimes(report)),
    hosts: hostsOf(run),
    workers: run.workers === undefined ? undefined : workersOf(run.workers),
    open: openOf(run),
    recent: sectionOf('The last calls', callBars({ waterfall: run.recent }, 'last')),
    slowest: slowestOf(run),
    failures: failuresOf(run),
    changes: changesOf(run),
    settings: settingsOf(run),
  }
}

function verdictOf({ state, report, rate }: LiveRun): string {
  const { done, total } = report
  const of = total === undefined ? `${countText(done)} done` : `${countText(done)} of ${countText(total)} done`
  switch (state) {
    case 'running':
      return `${of}, ${rateText(rate)} a second`
    case 'paused':
      return `Paused: ${of}`
    case 'stopping':
      return `Stopping: ${of}`
    case 'idle':
      return `Idle: ${of}`
    case 'ended':
      return headlineOf(report)
  }
}

/** Progress bar of the run; undefined if its number of inputs is unknown or the run has ended. */
function shareOf({ state, report: { done, total } }: LiveRun): Markup | undefined {
  return state === 'ended' || total === undefined ? undefined : shareBar(done, total)
}

function leadOf({ state, heldBy, etaMs, report }: LiveRun): Markup {
  const held = state === 'running' && heldBy.length > 0 ? `Limited by ${heldBy.map(limitName).join(', ')}.` : undefined
  const left = state === 'running' && etaMs !== undefined ? `About ${durationText(etaMs)} left.` : undefined
  const why = stopOf(report)
  const stopped = state === 'idle' && why !== undefined ? `Its state: ${why}.` : undefined
  const lines = [held, left, stopped].filter((line) => line !== undefined)
  return markup`${lines.map((line) => markup`<p class="lead">${dataText(line)}</p>`)}${[
    ...missedLines(report),
    ...hostLines(report),
    ...keyLines(report),
  ].map((line) => markup`<p class="lead">${dataText(line)}</p>`)}`
}

function tilesOf({ report, inFlight, concurrency }: LiveRun): Markup {
  const { done, total, failed, unfinished, requests, throttledShare, requestsPerItem, attemptMs } = report
  return tiles([
    [
      'Done',
      countText(done),
      total === undefined ? 'number of inputs not known yet' : `${shareText(done / total)} of ${countText(total)}`,
    ],
    ['Failed', countText(failed), done > 0 ? `${shareText(failed / done)} of those done` : undefined],
    ['In flight', countText(inFlight), `of at most ${countText(concurrency)}`],
    ['Requests', countText(requests), `${requestsPerItem.toFixed(2)} per result`],
    ['Refused', shareText(throttledShare), 'of the requests (429)'],
    ['95th percentile', durationText(attemptMs.p95), `half took ${durationText(attemptMs.p50)}`],
    ...(unfinished > 0 ? [['Unfinished', countText(unfinished)] as const] : []),
    ...receivedTile(report),
    ...spentLines(report),
  ])
}

function flightSection({ flights }: LiveRun, range: TimeRange | undefined): Markup | undefined {
  return flights.inFlight.length < 2 ? undefined : section('In flight', flightPlot(flights, range))
}

function errorsOf({ report, canRetry }: LiveRun): Markup | undefined {
  const { attemptErrors = [] } = report
  const retried = attemptErrors.length === 0 ? undefined : attemptErrorTable(attemptErrors)
  const final = errorTable(report, canRetry === true ? retryButton : undefined)
  if (final === undefined && retried === undefined) return undefined
  return section(
    'Errors',
    final === undefined ? undefined : markup`<h3>Failed calls</h3>${final}`,
    retried === undefined ? undefined : markup`<h3>Failed attempts, including those that are retried</h3>${retried}`,
  )
}

function retryButton(row: number): Markup {
  return markup`<button type="button" class="small" data-retry="${row}">Retry these</button>`
}

/** Question before failures are put back: all, or those with one code and message. */
export function retryText(count: number, error: ReportedError | undefined): Markup {
  const what = error === undefined ? undefined : markup`: ${dataCode(error.code, 60)} ${dataText(error.message)}`
  return markup`<p>${countText(count)} ${count === 1 ? 'failure' : 'failures'} will be retried${what}.</p>
<p class="aside">Their results are removed, and they are requested again when the run continues. Successes are not touched.</p>`
}

function attemptErrorTable(errors: readonly ReportedError[]): Markup {
  return table(errors, {
    caption: 'Attempts with the same code and message, the most frequent first',
    columns: errorColumns('Attempts'),
  })
}

function statusesOf({ report }: LiveRun): Markup | undefined {
  const all = Object.entries(report.attempts ?? {}).sort(([, a], [, b]) => b - a)
  const final = statusBars(report)
  if (all.length === 0) return final === undefined ? undefined : section('Statuses', final)
  const sum = all.reduce((one, [, count]) => one + count, 0)
  const bars = barTable({
    caption: 'Attempts by status, or by error code if there was no response',
    columns: ['Status', 'Attempts', 'Share'],
    bars: all.slice(0, 20).map(([status, count]) => ({
      name: dataCode(status, 60),
      value: count,
      text: countText(count),
      more: [shareText(count / sum)],
      tone: status === '429' ? 'refused' : /^2/.test(status) ? 'good' : /^[13]/.test(status) ? 'calm' : 'bad',
    })),
  })
  return section('Statuses', bars, final === undefined ? undefined : markup`<h3>Of results</h3>${final}`)
}

function hostsOf({ hosts }: LiveRun): Markup | undefined {
  return tableSection('Hosts', hosts, {
    caption: 'The busiest hosts',
    columns: [
      ['Host', 'text', ({ host }) => dataCode(host, 120)],
      ['In flight', 'number', ({ inFlight }) => countText(inFlight)],
      ['Requests', 'number', ({ requests }) => countText(requests)],
      ['Failed', 'number', ({ failed }) => countText(failed)],
      ['Refused (429)', 'number', ({ throttled }) => countText(throttled)],
    ],
  })
}

function openOf({ oldest, state }: LiveRun): Markup | undefined {
  return tableSection('Oldest in flight', state === 'ended' ? [] : oldest, {
    caption: 'Requests that have been in flight for longest',
    columns: [
      ['Request', 'text', ({ request }) => dataCode(request, 200)],
      ['Attempt', 'number', ({ attempt }) => countText(attempt)],
      ['For', 'number', ({ forMs }) => durationText(forMs)],
    ],
  })
}

function slowestOf({ slowest }: LiveRun): Markup | undefined {
  return tableSection(
    'The slowest calls',
    slowest,
    {
      caption: 'The calls that took longest, with where their time went',
      columns: [
        ['Call', 'text', (call) => callButton(call)],
        ['Queued', 'number', ({ queuedMs }) => durationText(queuedMs)],
        ['Between attempts', 'number', ({ backoffMs }) => durationText(backoffMs)],
        ['Connecting', 'number', ({ connectMs }) => durationText(connectMs)],
        ['First byte', 'number', ({ firstByteMs }) => durationText(firstByteMs)],
        ['Rest', 'number', ({ bodyMs }) => durationText(bodyMs)],
        ['Attempts', 'number', ({ attempts }) => countText(attempts)],
      ],
    },
    attemptsOf(slowest),
  )
}

function attemptsOf(calls: readonly RunBar[]): Markup | undefined {
  const retried = calls.flatMap(({ tries, ...call }) => (tries === undefined ? [] : [{ ...call, tries }]))
  return retried.length === 0 ? undefined : markup`<h3>Calls with several attempts</h3>${attemptBars(retried)}`
}

function failuresOf({ failures }: LiveRun): Markup | undefined {
  return tableSection(
    'The last failures',
    failures,
    {
      caption: 'Calls that have failed, the latest first',
      columns: [
        ['Call', 'text', ({ call }) => callButton(call)],
        ['After', 'number', ({ atMs }) => durationText(atMs)],
        ['Attempts', 'number', ({ call }) => countText(call.attempts)],
        ['Message', 'text', ({ code, message }) => [dataCode(code, 60), ' ', dataText(message)]],
      ],
    },
    attemptsOf(failures.map(({ call }) => call)),
  )
}

function changesOf({ changes }: LiveRun): Markup | undefined {
  return tableSection('What has changed', changes, {
    caption: 'Changes of the limits, with their reasons, the latest first',
    columns: [
      ['After', 'number', ({ atMs }) => durationText(atMs)],
      ['Change', 'text', ({ text }) => dataText(text)],
    ],
  })
}

function settingsOf({ settings }: LiveRun): Markup | undefined {
  return tableSection('Settings', Object.entries(settings), {
    caption: 'Flags of this run',
    columns: [
      ['Flag', 'text', ([name]) => dataCode(name, 60)],
      ['Value', 'text', ([, value]) => dataCode(value, 300)],
    ],
  })
}

function sectionOf(heading: string, content: Markup | undefined): Markup | undefined {
  return content === undefined ? undefined : section(heading, content)
}
