import type { HostTrouble } from '@sluice/report'
import { type ClientStatus, formatDuration, type Progress } from 'sluice'
import type { RunSummary } from '../figures/run-figures.ts'
import { countsText, hostText, receivedText } from './figures-text.ts'
import { cleanText, costText, countText, fitText, wrapText } from './text.ts'

/** State shown with the progress, in addition to the counts. */
export interface LiveFacts extends Pick<ClientStatus, 'concurrency' | 'isPaused' | 'heldBy'> {
  readonly isStopping: boolean
  /** Hosts in trouble, the worst first. */
  readonly troubles: readonly HostTrouble[]
}

/** Progress in one line, for a log. */
export function progressText(progress: Progress, facts: LiveFacts, missed: readonly string[] = []): string {
  const { retries, throttled } = progress
  const [reason] = reasonsOf(facts)
  return [
    ...countParts(progress, facts),
    ...(retries > 0 ? [`${countText(retries)} retries`] : []),
    ...(throttled > 0 ? [`${countText(throttled)} refused`] : []),
    costText(progress),
    reason,
    ...missed.map(missedText),
    timeLeft(progress),
  ]
    .filter((part) => part !== undefined && part !== '')
    .join('  ')
}

/** Maximum number of rows per reason, so that a long host name does not fill the screen. */
const maxRows = 5

/**
 * Progress in two or three lines for a terminal: counts, reasons for delays, and results of the attempts.
 * Counts that do not fit are left out, the last first; reasons are wrapped between words.
 */
export function screenLines(progress: Progress, facts: LiveFacts, width: number, figures?: RunSummary): string[] {
  const left = timeLeft(progress)
  const [done, ...counts] = countParts(progress, facts)
  const reasons = [...reasonsOf(facts, figures), ...(figures?.missed ?? []).map(missedText)]
  return [
    joined([done!, ...(left === undefined ? [] : [left]), ...counts], width),
    ...reasons.flatMap((text) => rowsOf(text, width)),
    attemptsLine(progress, figures, width),
  ].filter((line) => line !== '')
}

function rowsOf(text: string, width: number): string[] {
  const rows = wrapText(text, width)
  return rows.length <= maxRows
    ? rows
    : [...rows.slice(0, maxRows - 1), fitText(rows.slice(maxRows - 1).join(' '), width)]
}

/** Attempts by status, retries and costs; attempts are left out if all succeeded. */
function attemptsLine(progress: Progress, figures: Partial<RunSummary> = {}, width: number): string {
  const { attempts = {} } = figures
  const isPlain = Object.keys(attempts).every((status) => status.startsWith('2'))
  const parts = [
    ...(isPlain ? [] : [`attempts ${countsText(attempts)}`]),
    ...(progress.retries > 0 ? [`${countText(progress.retries)} retries`] : []),
    costText(progress),
    receivedText(figures),
  ]
  return joined(
    parts.filter((part) => part !== ''),
    width,
  )
}

/** Joins as many whole parts as fit into `width`, at least the first. */
function joined(parts: readonly string[], width: number): string {
  return parts.reduce((line, part) => {
    const longer = line === '' ? part : `${line}  ${part}`
    return line === '' || longer.length <= width ? longer : line
  }, '')
}

function countParts({ total, done, failed, rate, inFlight }: Progress, { concurrency }: LiveFacts): string[] {
  return [
    total === undefined
      ? `${countText(done)} done`
      : `${countText(done)}/${countText(total)} ${total === 0 ? 100 : Math.floor((done * 100) / total)} %`,
    ...(failed > 0 ? [`${countText(failed)} failed`] : []),
    `${rate.toFixed(1)}/s`,
    `${inFlight}/${concurrency} in flight`,
  ]
}

/** Reasons why the run is delayed, the worst first. */
function reasonsOf({ isPaused, isStopping, heldBy, troubles }: LiveFacts, figures?: RunSummary): string[] {
  if (isStopping) return ['stopping']
  if (isPaused) return ['paused']
  const [worst, ...others] = troubles
  if (worst !== undefined) {
    const more =
      others.length === 0
        ? ''
        : `; ${countText(others.length)} more ${others.length === 1 ? 'host' : 'hosts'} in trouble`
    return [`${hostText(worst)}${more}`]
  }
  const gates = [...heldBy].filter((gate) => gate !== 'concurrency')
  return gates.length === 0
    ? []
    : [`held by ${gates.map((gate) => `${cleanText(gate)}${shareOf(gate, figures)}`).join(', ')}`]
}

/** Share of the elapsed time in which a call waited for this limit. */
function shareOf(gate: string, figures: RunSummary | undefined): string {
  if (figures === undefined || figures.elapsedMs < 1_000) return ''
  const share = (figures.waitedMs[gate] ?? 0) / figures.elapsedMs
  return share < 0.01 ? '' : ` (${Math.min(100, Math.round(share * 100))} % of the time)`
}

function missedText(text: string): string {
  return text.replace(/^threshold missed: /, 'missed: ')
}

function timeLeft({ left, done, total }: Progress): string | undefined {
  if (left === undefined || done === total) return undefined
  const [low, high] = [formatDuration(left.low), formatDuration(left.high)]
  return left.high - left.low < 1_000 || low === high ? `${high} left` : `${low} to ${high} left`
}
