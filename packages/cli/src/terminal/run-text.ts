import { formatDuration } from 'sluice'
import { isFinished, isoDate, type WorkerState } from 'sluice/internal'
import type { StoredRun } from 'sluice/stores'
import { type ShownRun, type ShownSharing, stateOf, totalOf, workersAt, workersOf } from '../figures/shown-run.ts'
import { errorRows, requestsText, statusText, timesText } from './figures-text.ts'
import { limitTexts } from './steered-text.ts'
import { alignedLines, cleanText, costText, countText, dateText } from './text.ts'

/** Table of the runs in a store, one row per run. */
export function runTable(runs: readonly StoredRun[], workers: readonly WorkerState[] = []): string {
  const rows = runs.map((run) => [
    cleanText(run.name),
    tableState(run, workers),
    countText(run.succeeded + run.failed),
    totalOf(run) === undefined ? `${countText(run.read)}+` : countText(totalOf(run)!),
    countText(run.failed),
    countText(run.parked),
    dateText(isoDate(run.createdAt)),
  ])
  const header = ['run', 'state', 'done', 'of', 'failed', 'parked', 'begun']
  const lines = alignedLines([header, ...rows], (column) => column >= 2 && column <= 5)
  return lines.map((line) => `${line}\n`).join('')
}

function tableState(run: StoredRun, workers: readonly WorkerState[]): string {
  const count = isFinished(run) ? 0 : workersOf(run, workers)
  return count > 0 ? `being worked on by ${count}` : stateOf(run)
}

/**
 * Description of one run for people. `now` is in milliseconds since the epoch; `rate` is in results per second, if
 * known.
 */
export function runText(run: ShownRun, now: number, rate?: number): string {
  const of = run.total === undefined ? `${countText(run.read)} or more` : countText(run.total)
  const rows: [string, string][] = [
    ['state', stateText(run)],
    ['input', `${cleanText(run.source)}: ${countText(run.succeeded + run.failed)} of ${of} done`],
    [
      'results',
      `${countText(run.succeeded)} succeeded, ${countText(run.failed)} failed${parkedText(run)}${rateText(rate)}`,
    ],
    ['status', statusText(run)],
    ['attempts', timesText(run)],
    ['requests', requestsText(run)],
    ...(run.missed ?? []).map((text): [string, string] => ['missed', text.replace(/^threshold missed: /, '')]),
    ['cost', costText(run)],
    ['set', setText(run)],
    [
      'time',
      `started ${dateText(run.createdAt)}, last ${dateText(run.updatedAt)}, worked ${formatDuration(run.elapsedMs)}`,
    ],
    ...(run.shared === undefined ? [] : sharingRows(run.shared, now)),
    ...errorRows(run, 10),
  ]
  const lines = rows.filter(([, text]) => text !== '').map(([name, text]) => `  ${name.padEnd(11)}${text}\n`)
  return `${cleanText(run.name)} in ${run.store}\n${lines.join('')}`
}

/** Description of one run in a line, for a log. */
export function runLine(run: ShownRun, rate: number): string {
  const parts = [
    `${cleanText(run.name)}: ${stateText(run)}`,
    `${countText(run.succeeded + run.failed)} of ${countText(run.total ?? run.read)}${run.total === undefined ? ' or more' : ''} done`,
    ...(run.failed > 0 ? [`${countText(run.failed)} failed`] : []),
    ...(run.parked > 0 ? [`${countText(run.parked)} parked`] : []),
    `${rate.toFixed(1)}/s`,
  ]
  return parts.join(', ')
}

function setText({ set, priority = 0 }: ShownRun): string {
  const texts = limitTexts(set ?? {})
  return [...texts, ...(priority === 0 ? [] : [`--priority ${priority}`])].join(' ')
}

function rateText(rate: number | undefined): string {
  return rate === undefined ? '' : `, ${rate.toFixed(1)}/s`
}

function stateText(run: ShownRun): string {
  if (run.shared !== undefined) return sharedState(run, run.shared)
  return run.process === undefined ? run.state : `${run.state} by process ${run.process}`
}

function parkedText({ parked, nextDueAt }: ShownRun): string {
  return nextDueAt === undefined ? '' : `, ${countText(parked)} parked until ${dateText(nextDueAt)} or later`
}

/** Maximum number of workers listed for a run. */
const maxWorkers = 30

/** State of a shared run, in words. */
function sharedState(run: ShownRun, shared: ShownSharing): string {
  const { state, nextDueAt, process, source } = run
  const count = workersAt(shared)
  const reading = process === undefined ? '' : `, and read by process ${process}`
  switch (state) {
    case 'being worked on':
      return `being worked on by ${count === 1 ? '1 worker' : `${count} workers`}${reading}`
    case 'being read':
      return `being read by process ${process}; no worker is running`
    case 'waiting':
      return nextDueAt === undefined ? 'waiting' : `waiting until ${dateText(nextDueAt)}`
    case 'interrupted':
      return `interrupted: ${cleanText(source)} was not read to its end; sluice resume --detach continues reading`
    case 'waiting for workers':
      return `waiting for workers${othersText(shared)}`
    case 'paused':
    case 'stopped':
      return `${state}; continue it with sluice runs continue`
    case 'finished':
      return state
  }
}

/** Rows about the chunks and workers of a run. */
function sharingRows(shared: ShownSharing, now: number): [string, string][] {
  const { waiting, held, done } = shared.chunks
  const chunks = `${countText(waiting)} waiting, ${countText(held)} held, ${countText(done)} done`
  const cells = shared.workers
    .slice(0, maxWorkers)
    .map(({ id, host, process, inFlight, chunks, settled, state, seenAt }) => [
      `${id} on ${cleanText(host)}`,
      `process ${process}`,
      `${countText(inFlight)} in flight`,
      `${countText(chunks)} ${chunks === 1 ? 'chunk' : 'chunks'}`,
      `${countText(settled)} settled`,
      state === 'working' ? '' : state,
      `last seen ${ageText(now - Date.parse(seenAt))} ago`,
    ])
  const lines = [...alignedLines(cells, (column) => column >= 2 && column <= 4)]
  const more = shared.workers.length - maxWorkers
  if (more > 0) lines.push(`and ${more} more`)
  return [['chunks', chunks], ...lines.map((text, index): [string, string] => [index === 0 ? 'workers' : '', text])]
}

function othersText({ otherWorkers }: ShownSharing): string {
  if (otherWorkers === 0) return ': start sluice worker'
  return otherWorkers === 1 ? '; 1 is running and may take it' : `; ${otherWorkers} are running and may take it`
}

function ageText(age: number): string {
  // Clocks of machines differ: a time in the future counts as now.
  const seconds = Math.max(0, Math.round(age / 1_000))
  return seconds < 100 ? `${seconds} s` : formatDuration(seconds * 1_000)
}
