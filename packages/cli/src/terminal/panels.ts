import type { LiveRun } from '@sluice/dashboard'
import type { RunBar } from '@sluice/report'
import { formatDuration } from 'sluice'
import type { RunSummary } from '../figures/run-figures.ts'
import { errorRows, hostText } from './figures-text.ts'
import type { ScreenSize } from './repaint.ts'
import { cleanText, countText, fitText, padText, wrapText } from './text.ts'

/** Panels below the progress; each is opened and closed by a key. */
export type Panel = 'errors' | 'hosts' | 'slowest'

/** Data shown in the panels. */
export interface PanelFigures {
  readonly summary: RunSummary
  readonly picture: Pick<LiveRun, 'hosts' | 'oldest' | 'slowest'>
}

/** Maximum number of rows in a panel, so that earlier output stays visible. */
const maxRows = 14

/** Lines of a panel, limited to the size of the terminal. The last one states how many lines were left out, if any. */
export function panelLines(panel: Panel, figures: PanelFigures, { width, height }: ScreenSize): string[] {
  const [title, ...rows] = writers[panel](figures, width)
  const lines = [`${title} (${panel[0]} closes)`, ...(rows.length === 0 ? ['  none so far'] : rows)]
  const room = Math.max(0, Math.min(maxRows, height))
  if (lines.length <= room) return lines
  return room < 2 ? [] : [...lines.slice(0, room - 1), `  and ${countText(lines.length - room + 1)} more lines`]
}

const writers: Readonly<Record<Panel, (figures: PanelFigures, width: number) => [title: string, ...rows: string[]]>> = {
  errors: ({ summary }, width) => {
    const { errors, attemptErrors = [] } = summary
    return [
      'errors',
      ...(errors.length === 0 ? [] : ['  failed calls', ...errorLines(errors, width)]),
      // Without retries, failed attempts equal failed calls.
      ...(countOf(attemptErrors) <= countOf(errors)
        ? []
        : ['  failed attempts, including those that were retried', ...errorLines(attemptErrors, width)]),
    ]
  },
  hosts: ({ picture: { hosts }, summary }, width) => {
    const columns = ['in flight', 'requests', 'failed', 'refused'] as const
    const room = width - 2 - columns.reduce((sum, name) => sum + name.length + 2, 0)
    const named = Math.min(room, Math.max(5, ...hosts.map(({ host }) => shortHost(host).length)))
    const line = (name: string, cells: readonly string[]): string =>
      `  ${padText(fitText(name, named), named)}${cells.map((cell, index) => `  ${cell.padStart(columns[index]!.length)}`).join('')}`
    return [
      'hosts',
      ...(hosts.length === 0 ? [] : [line('', columns)]),
      ...hosts.map(({ host, inFlight, requests, failed, throttled }) =>
        line(shortHost(host), [inFlight, requests, failed, throttled].map(countText)),
      ),
      ...(summary.hosts ?? []).flatMap((trouble) => indented(hostText(trouble), width)),
    ]
  },
  slowest: ({ picture: { oldest, slowest } }, width) => [
    'slowest',
    ...(oldest.length === 0 ? [] : ['  in flight']),
    ...oldest.slice(0, 3).map(({ request, attempt, forMs }) => timed(forMs, `attempt ${attempt}`, request, width)),
    ...(slowest.length === 0 ? [] : ['  ended']),
    ...slowest.map((bar) => timed(sumOf(phasesOf(bar)), whereText(bar), bar.id, width)),
  ],
}

function countOf(errors: RunSummary['errors']): number {
  return errors.reduce((sum, { count }) => sum + count, 0)
}

function errorLines(errors: RunSummary['errors'], width: number): string[] {
  return errorRows({ errors }, 5).flatMap(([, text]) => indented(text, width))
}

function indented(text: string, width: number): string[] {
  return wrapText(text, Math.max(10, width - 6)).map((row, index) => `${index === 0 ? '    ' : '      '}${row}`)
}

/** Line with a duration and a URL. A long URL is cut at its start, since its end is more specific. */
function timed(ms: number, where: string, url: string, width: number): string {
  const text = `    ${formatDuration(ms).padStart(8)}  ${where}  `
  const [shown, room] = [cleanText(url), width - text.length]
  return fitText(`${text}${shown.length <= room ? shown : `…${shown.slice(1 - Math.max(12, room))}`}`, width)
}

/** Origin without its scheme. */
function shortHost(host: string): string {
  return cleanText(host.replace(/^https?:\/\//, ''))
}

/** Phases of a call, with their milliseconds. */
function phasesOf({ queuedMs, backoffMs, connectMs, firstByteMs, bodyMs }: RunBar): [string, number][] {
  return [
    ['in the queue', queuedMs],
    ['between attempts', backoffMs],
    ['connecting', connectMs],
    ['to the first byte', firstByteMs],
    ['reading the body', bodyMs],
  ]
}

function sumOf(phases: readonly (readonly [string, number])[]): number {
  return phases.reduce((sum, [, ms]) => sum + ms, 0)
}

/** Phase of the call that took the longest. */
function whereText(bar: RunBar): string {
  const [name, ms] = phasesOf(bar).reduce((most, part) => (part[1] > most[1] ? part : most))
  return `${formatDuration(ms)} ${name}${bar.attempts > 1 ? `, ${bar.attempts} attempts` : ''}`
}
