import { formatDuration } from 'sluice'
import type { StoredRun } from 'sluice/stores'
import { cleanText, padText } from '../outputs/clean-text.ts'
import { type ShownRun, stateOf } from '../run/shown-run.ts'
import { countText } from './count-text.ts'

/** Errors of a run that are shown. */
const maxErrors = 10

/** The runs of a store, a line each. */
export function runTable(runs: readonly StoredRun[]): string {
  const rows = runs.map((run) => [
    cleanText(run.name),
    stateOf(run),
    countText(run.succeeded + run.failed),
    run.hasEnded ? countText(run.read) : `${countText(run.read)}+`,
    countText(run.failed),
    countText(run.parked),
    dateText(new Date(run.createdAt).toISOString()),
  ])
  const header = ['run', 'state', 'done', 'of', 'failed', 'parked', 'begun']
  const widths = header.map((name, column) => Math.max(name.length, ...rows.map((row) => row[column]!.length)))
  const line = (row: readonly string[]): string =>
    row
      .map((text, column) =>
        column >= 2 && column <= 5 ? text.padStart(widths[column]!) : padText(text, widths[column]!),
      )
      .join('  ')
      .trimEnd()
  return [header, ...rows].map((row) => `${line(row)}\n`).join('')
}

/** One run, for people. */
export function runText(run: ShownRun): string {
  const of = run.hasEnded ? countText(run.read) : `${countText(run.read)} or more`
  const rows: [string, string][] = [
    ['state', run.process === undefined ? run.state : `${run.state} by process ${run.process}`],
    ['input', `${cleanText(run.source)}: ${countText(run.succeeded + run.failed)} of ${of} done`],
    ['results', `${countText(run.succeeded)} succeeded, ${countText(run.failed)} failed${parkedText(run)}`],
    [
      'status',
      Object.entries(run.statuses)
        .map(([status, times]) => `${status} x ${countText(times)}`)
        .join('   '),
    ],
    ['attempts', timesText(run)],
    ['requests', requestsText(run)],
    [
      'time',
      `begun ${dateText(run.createdAt)}, last ${dateText(run.updatedAt)}, worked ${formatDuration(run.elapsedMs)}`,
    ],
    ...run.errors
      .slice(0, maxErrors)
      .map(({ code, message, count, example }, index): [string, string] => [
        index === 0 ? 'errors' : '',
        `${countText(count)} x ${code} ${cleanText(message)}, for example ${cleanText(example)}`,
      ]),
  ]
  const more = run.errors.length - maxErrors
  if (more > 0) rows.push(['', `and ${more} other kinds`])
  const lines = rows.filter(([, text]) => text !== '').map(([name, text]) => `  ${name.padEnd(11)}${text}\n`)
  return `${cleanText(run.name)} in ${run.store}\n${lines.join('')}`
}

function parkedText({ parked, nextDueAt }: ShownRun): string {
  return nextDueAt === undefined ? '' : `, ${countText(parked)} parked until ${dateText(nextDueAt)} or later`
}

function timesText({ attemptMs, requests }: ShownRun): string {
  if (requests === 0) return ''
  return Object.entries(attemptMs)
    .map(([name, time]) => `${name} ${formatDuration(time)}`)
    .join('   ')
}

function requestsText({ requests, requestsPerItem, throttledShare }: ShownRun): string {
  if (requests === 0) return ''
  const refused = `${(throttledShare * 100).toFixed(throttledShare === 0 ? 0 : 1)} % refused (429)`
  return `${countText(requests)} sent, ${requestsPerItem.toFixed(2)} per item, ${refused}`
}

/** `2026-11-20 07:15:02 UTC` */
function dateText(date: string): string {
  return `${date.slice(0, 10)} ${date.slice(11, 19)} UTC`
}
