import type { LiveRun } from '@sluice/dashboard'
import type { RunBar } from '@sluice/report'
import { formatDuration } from 'sluice'
import { lengthOf } from '../figures/live-figures.ts'
import type { RunSummary } from '../figures/run-figures.ts'
import { errorRows, hostText } from './figures-text.ts'
import type { ScreenSize } from './repaint.ts'
import { cleanText, countText, fitText, padText, wrapText } from './text.ts'

/** Lists that a key opens below the progress, and closes again. */
export type Panel = 'errors' | 'hosts' | 'slowest'

/** Source of what a panel shows. */
export interface PanelFigures {
  readonly summary: RunSummary
  readonly picture: Pick<LiveRun, 'hosts' | 'oldest' | 'slowest'>
}

/** Most rows of a panel: what was printed before stays in sight. */
const mostRows = 14

/** Lines of a panel that fit the terminal. The last one says that there is more, if there is. */
export function panelLines(panel: Panel, figures: PanelFigures, { width, height }: ScreenSize): string[] {
  const [title, ...rows] = writers[panel](figures, width)
  const lines = [`${title} (${panel[0]} closes)`, ...(rows.length === 0 ? ['  none so far'] : rows)]
  const room = Math.max(0, Math.min(mostRows, height))
  if (lines.length <= room) return lines
  return room < 2 ? [] : [...lines.slice(0, room - 1), `  and ${countText(lines.length - room + 1)} more lines`]
}

const writers: Readonly<Record<Panel, (figures: PanelFigures, width: number) => [title: string, ...rows: string[]]>> = {
  errors: ({ summary }, width) => {
    const { errors, attemptErrors = [] } = summary
    return [
      'errors',
      ...(errors.length === 0 ? [] : ['  failed calls', ...errorLines(errors, width)]),
      // Without retries, the attempts are the calls.
      ...(countOf(attemptErrors) <= countOf(errors)
        ? []
        : ['  failed attempts, those included that are retried', ...errorLines(attemptErrors, width)]),
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
    ...slowest.map((bar) => timed(lengthOf(bar), whereText(bar), bar.id, width)),
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

/** The end of a URL says more than its beginning. */
function timed(ms: number, where: string, url: string, width: number): string {
  const text = `    ${formatDuration(ms).padStart(8)}  ${where}  `
  const [shown, room] = [cleanText(url), width - text.length]
  return fitText(`${text}${shown.length <= room ? shown : `…${shown.slice(1 - Math.max(12, room))}`}`, width)
}

/** An origin without its scheme. */
function shortHost(host: string): string {
  return cleanText(host.replace(/^https?:\/\//, ''))
}

/** Part that took most of the time. */
function whereText({ queuedMs, backoffMs, connectMs, firstByteMs, bodyMs, attempts }: RunBar): string {
  const parts: [string, number][] = [
    ['in the queue', queuedMs],
    ['between attempts', backoffMs],
    ['connecting', connectMs],
    ['to the first byte', firstByteMs],
    ['reading the body', bodyMs],
  ]
  const [name, ms] = parts.reduce((most, part) => (part[1] > most[1] ? part : most))
  return `${formatDuration(ms)} ${name}${attempts > 1 ? `, ${attempts} attempts` : ''}`
}
