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
    slowest: sectionOf('The slowest calls', slowestOf(run)),
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
      return `Not being worked on: ${of}`
    case 'ended':
      return headlineOf(report)
  }
}

/** Progress bar of the run; undefined if its number of inputs is unknown or the run has ended. */
function shareOf({ state, report: { done, total } }: LiveRun): Markup | undefined {
  return state === 'ended' || total === undefined ? undefined : shareBar(done, total)
}

function leadOf({ state, heldBy, etaMs, report }: LiveRun): Markup {
  const held =
    state === 'running' && heldBy.length > 0 ? `Held up now by ${heldBy.map(limitName).join(', ')}.` : undefined
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
    {
      name: 'Done',
      value: countText(done),
      note:
        total === undefined ? 'number of inputs not known yet' : `${shareText(done / total)} of ${countText(total)}`,
    },
    {
      name: 'Failed',
      value: countText(failed),
      note: done > 0 ? `${shareText(failed / done)} of those done` : undefined,
    },
    { name: 'In flight', value: countText(inFlight), note: `of at most ${countText(concurrency)}` },
    { name: 'Requests', value: countText(requests), note: `${requestsPerItem.toFixed(2)} for each result` },
    { name: 'Refused', value: shareText(throttledShare), note: 'of the requests (429)' },
    { name: '95th percentile', value: durationText(attemptMs.p95), note: `half took ${durationText(attemptMs.p50)}` },
    ...(unfinished > 0 ? [{ name: 'Unfinished', value: countText(unfinished) }] : []),
    ...receivedTile(report),
    ...spentLines(report).map(([name, value]) => ({ name, value })),
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
    retried === undefined ? undefined : markup`<h3>Failed attempts, those included that are tried again</h3>${retried}`,
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
  return table({
    caption: 'Attempts with the same code and message, the most frequent first',
    columns: [
      { name: 'Code', kind: 'text' },
      { name: 'Attempts' },
      { name: 'Message', kind: 'text' },
      { name: 'The first one', kind: 'text' },
    ],
    rows: errors.map(({ code, message, count, example }) => ({
      cells: [dataCode(code, 60), countText(count), dataText(message), dataCode(example, 200)],
    })),
  })
}

function statusesOf({ report }: LiveRun): Markup | undefined {
  const all = Object.entries(report.attempts ?? {}).sort(([, a], [, b]) => b - a)
  const final = statusBars(report)
  if (all.length === 0) return final === undefined ? undefined : section('Statuses', final)
  const sum = all.reduce((one, [, count]) => one + count, 0)
  const bars = barTable({
    caption: 'Attempts by status, and by code of their error where there was no answer',
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
  if (hosts.length === 0) return undefined
  return section(
    'Hosts',
    table({
      caption: 'The busiest hosts',
      columns: [
        { name: 'Host', kind: 'text' },
        ...['In flight', 'Requests', 'Failed', 'Refused (429)'].map((name) => ({ name })),
      ],
      rows: hosts.map(({ host, inFlight, requests, failed, throttled }) => ({
        cells: [dataCode(host, 120), ...[inFlight, requests, failed, throttled].map(countText)],
      })),
    }),
  )
}

function openOf({ oldest, state }: LiveRun): Markup | undefined {
  if (oldest.length === 0 || state === 'ended') return undefined
  return section(
    'Oldest in flight',
    table({
      caption: 'Requests that have been in flight for longest',
      columns: [{ name: 'Request', kind: 'text' }, { name: 'Attempt' }, { name: 'For' }],
      rows: oldest.map(({ request, attempt, forMs }) => ({
        cells: [dataCode(request, 200), countText(attempt), durationText(forMs)],
      })),
    }),
  )
}

function slowestOf({ slowest }: LiveRun): Markup | undefined {
  if (slowest.length === 0) return undefined
  const figures = table({
    caption: 'The calls that took longest, with where their time went',
    columns: [
      { name: 'Call', kind: 'text' },
      ...['Queued', 'Between attempts', 'Connecting', 'First byte', 'Rest', 'Attempts'].map((name) => ({ name })),
    ],
    rows: slowest.map((call) => ({
      cells: [
        callButton(call),
        ...[call.queuedMs, call.backoffMs, call.connectMs, call.firstByteMs, call.bodyMs].map(durationText),
        countText(call.attempts),
      ],
    })),
  })
  return markup`${figures}${attemptsOf(slowest)}`
}

function attemptsOf(calls: readonly RunBar[]): Markup | undefined {
  const retried = calls.flatMap(({ tries, ...call }) => (tries === undefined ? [] : [{ ...call, tries }]))
  return retried.length === 0 ? undefined : markup`<h3>Calls with several attempts</h3>${attemptBars(retried)}`
}

function failuresOf({ failures }: LiveRun): Markup | undefined {
  if (failures.length === 0) return undefined
  return section(
    'The last failures',
    table({
      caption: 'Calls that have failed, the latest first',
      columns: [
        { name: 'Call', kind: 'text' },
        { name: 'After' },
        { name: 'Attempts' },
        { name: 'Message', kind: 'text' },
      ],
      rows: failures.map(({ call, atMs, code, message }) => ({
        cells: [
          callButton(call),
          durationText(atMs),
          countText(call.attempts),
          [dataCode(code, 60), ' ', dataText(message)],
        ],
      })),
    }),
    attemptsOf(failures.map(({ call }) => call)),
  )
}

function changesOf({ changes }: LiveRun): Markup | undefined {
  if (changes.length === 0) return undefined
  return section(
    'What has changed',
    table({
      caption: 'Changes of the limits, with their reasons, the latest first',
      columns: [{ name: 'After' }, { name: 'Change', kind: 'text' }],
      rows: changes.map(({ atMs, text }) => ({ cells: [durationText(atMs), dataText(text)] })),
    }),
  )
}

function settingsOf({ settings }: LiveRun): Markup | undefined {
  const all = Object.entries(settings)
  if (all.length === 0) return undefined
  return section(
    'Settings',
    table({
      caption: 'Flags of this run',
      columns: [
        { name: 'Flag', kind: 'text' },
        { name: 'Value', kind: 'text' },
      ],
      rows: all.map(([name, value]) => ({ cells: [dataCode(name, 60), dataCode(value, 300)] })),
    }),
  )
}

function sectionOf(heading: string, content: Markup | undefined): Markup | undefined {
  return content === undefined ? undefined : section(heading, content)
}
