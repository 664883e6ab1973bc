import { formatDuration } from 'sluice'
import { cleanText, padText } from '../outputs/clean-text.ts'
import type { ShownRun } from '../run/shown-run.ts'
import { type ShownSharing, workersAt } from '../run/shown-sharing.ts'
import { countText } from './count-text.ts'
import { dateText } from './date-text.ts'

/** Workers of a run that are shown. */
const maxWorkers = 30

/** How a shared run stands, in words. */
export function sharedState(run: ShownRun, shared: ShownSharing): string {
  const { state, nextDueAt, process, source } = run
  const count = workersAt(shared)
  const reading = process === undefined ? '' : `, and read by process ${process}`
  switch (state) {
    case 'being worked on':
      return `being worked on by ${count === 1 ? '1 worker' : `${count} workers`}${reading}`
    case 'being read':
      return `being read by process ${process}; no worker is at it`
    case 'waiting':
      return nextDueAt === undefined ? 'waiting' : `waiting until ${dateText(nextDueAt)}`
    case 'interrupted':
      return `interrupted: ${cleanText(source)} was not read to its end; sluice resume with --detach reads on`
    case 'waiting for workers':
      return `waiting for workers${othersText(shared)}`
    case 'finished':
      return state
  }
}

/** The rows about who works on a run. */
export function sharingRows(shared: ShownSharing, now: number): [string, string][] {
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
      `heard of ${ageText(now - Date.parse(seenAt))} ago`,
    ])
  const widths = (cells[0] ?? []).map((_, column) => Math.max(...cells.map((row) => row[column]!.length)))
  const lines = cells.map((row) =>
    row
      .map((text, column) =>
        column >= 2 && column <= 4 ? text.padStart(widths[column]!) : padText(text, widths[column]!),
      )
      .filter((text) => text !== '')
      .join('  ')
      .trimEnd(),
  )
  const more = shared.workers.length - maxWorkers
  if (more > 0) lines.push(`and ${more} more`)
  return [['chunks', chunks], ...lines.map((text, index): [string, string] => [index === 0 ? 'workers' : '', text])]
}

function othersText({ otherWorkers }: ShownSharing): string {
  if (otherWorkers === 0) return ': start sluice worker'
  return otherWorkers === 1 ? '; one is there and may take it' : `; ${otherWorkers} are there and may take it`
}

function ageText(age: number): string {
  // Clocks of machines differ: a moment in the future is now.
  const seconds = Math.max(0, Math.round(age / 1_000))
  return seconds < 100 ? `${seconds} s` : formatDuration(seconds * 1_000)
}
