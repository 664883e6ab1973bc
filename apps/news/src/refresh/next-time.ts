import type { SourceLimits } from '../source.ts'

const day = 86_400_000
/** However long a server asks to wait, after this somebody looks again. */
const longestWait = 30 * day

export interface Waits {
  readonly now: number
  readonly limits: Pick<SourceLimits, 'interval'>
  /** Failures in a row, this one included. */
  readonly failures: number
  /** Milliseconds for which the source wants to be left alone after an answer. */
  readonly refreshAfter?: number | undefined
  /** The instant before which it refuses. */
  readonly until?: number | undefined
}

/**
 * When a source is asked again: after its interval, or what it says itself if that is longer, up to a day; after failures in a
 * row after twice as long each time, up to a day; and not before it allows.
 */
export function nextTime({ now, limits, failures, refreshAfter = 0, until = 0 }: Waits): number {
  const { interval } = limits
  const doubled = Math.min(Math.max(interval, day), interval * 2 ** Math.min(40, Math.max(0, failures - 1)))
  const told = Math.min(day, refreshAfter)
  return Math.min(Math.max(now + Math.max(doubled, told), until), now + Math.max(interval, longestWait))
}

/** `12:00 UTC`, with the date unless it is today's. */
export function formatInstant(at: number, now: number): string {
  const [date, time] = new Date(at).toISOString().split('T') as [string, string]
  const today = new Date(now).toISOString().split('T')[0]
  return `${date === today ? '' : `${date} `}${time.slice(0, 5)} UTC`
}
