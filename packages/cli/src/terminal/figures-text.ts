import type { EndFigures, HostTrouble, RunFigures } from '@sluice/report'
import { formatDuration } from 'sluice'
import { showSize } from '../inputs/text-lines.ts'
import { cleanText, countText } from './text.ts'

/** Counts by final status: `200 x 1,234   404 x 5`. */
export function statusText({ statuses }: RunFigures): string {
  return countsText(statuses)
}

/** Counts by name, for example attempts by status. */
export function countsText(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .map(([status, times]) => `${status} x ${countText(times)}`)
    .join('   ')
}

/** Percentiles of the attempts: `p50 120 ms   p90 ...`; empty if no request was sent. */
export function timesText({ attemptMs, requests }: RunFigures): string {
  if (requests === 0) return ''
  return (['p50', 'p90', 'p95', 'p99', 'max'] as const)
    .map((name) => `${name} ${formatDuration(attemptMs[name])}`)
    .join('   ')
}

/** Number of requests sent and share refused, followed by `more`. Empty if there is nothing to report. */
export function requestsText(figures: RunFigures, more: string = ''): string {
  const { requests, requestsPerItem, throttledShare } = figures
  if (requests === 0 && more === '') return ''
  const refused = `${(throttledShare * 100).toFixed(throttledShare === 0 ? 0 : 1)} % refused (429)`
  return `${countText(requests)} sent, ${requestsPerItem.toFixed(2)} per item, ${refused}${more}`
}

/** Bytes and protocols: `3.2 MiB over HTTP/2`; empty if unknown. */
export function receivedText({ bytes, protocols = {} }: Pick<EndFigures, 'bytes' | 'protocols'>): string {
  const all = Object.entries(protocols)
  if (bytes === undefined || all.length === 0) return ''
  const names = all.map(([name, count]) => `${protocolName(name)}${all.length === 1 ? '' : ` x ${countText(count)}`}`)
  return `${showSize(bytes)} over ${names.join('   ')}`
}

function protocolName(name: string): string {
  return name === 'h2' ? 'HTTP/2' : cleanText(name.toUpperCase())
}

/** One row for each of the most frequent errors, with an example. */
export function errorRows(
  { errors }: Pick<RunFigures, 'errors'>,
  max: number,
  painted: (text: string) => string = (text) => text,
): [name: string, text: string][] {
  const shown = errors
    .slice(0, max)
    .map(
      ({ code, message, count, example }) =>
        `${painted(`${countText(count)} x ${code}`)} ${cleanText(message)}, for example ${cleanText(example)}`,
    )
  const more = errors.length - shown.length
  if (more > 0) shown.push(`and ${more} other ${more === 1 ? 'kind' : 'kinds'}`)
  return shown.map((text, index) => [index === 0 ? 'errors' : '', text])
}

/** Sentence about a host in trouble. */
export function hostText({ host, failures, hasAnswered, error, nextProbeMs }: HostTrouble): string {
  const times = failures < 2 ? '' : ` (${countText(failures)} times)`
  const seen = `${hasAnswered ? '' : 'no response so far: '}${cleanText(error)}${times}`
  const what = error === '' ? 'another process cannot reach it or sees it fail' : seen
  const probe = nextProbeMs === undefined ? '' : `; paused, the next probe in ${formatDuration(nextProbeMs)}`
  return `${cleanText(host)}: ${what}${probe}`
}
