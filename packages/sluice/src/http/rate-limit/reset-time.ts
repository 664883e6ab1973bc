import { type Instant, parseInstant } from './instant.ts'
import { parseServerDuration } from './server-duration.ts'
import { longestTime } from './signal.ts'

/**
 * How many milliseconds from now a reset is, or `undefined` if the text says nothing usable.
 *
 * A number below 1e9 is seconds from now, for as a moment it would be before 2002, and as a delay beyond it would be 31
 * years. From there on it is a moment: in seconds, from 1e11 in milliseconds, from 1e14 in microseconds, from 1e17 in
 * nanoseconds. Durations are counted from now; moments from `serverNow`, plus one second where they were told to the
 * second only. The past is 0, and more than 366 days is 366 days.
 */
export function parseReset(text: string | undefined, serverNow: number): number | undefined {
  const value = text?.trim() ?? ''
  if (/^\d+(\.\d+)?$/.test(value)) {
    const number = Number(value)
    if (number < 1e9) return Math.min(Math.ceil(number * 1_000), longestTime)
    return timeUntil({ at: epochMilliseconds(number), granularity: granularityOf(value, number) }, serverNow)
  }
  const duration = parseServerDuration(value)
  if (duration !== undefined) return Math.min(duration, longestTime)
  const instant = parseInstant(value, serverNow)
  return instant === undefined ? undefined : timeUntil(instant, serverNow)
}

function timeUntil({ at, granularity }: Instant, serverNow: number): number {
  return Math.min(Math.max(0, Math.ceil(at + granularity - serverNow)), longestTime)
}

function epochMilliseconds(number: number): number {
  if (number >= 1e17) return number / 1e6
  if (number >= 1e14) return number / 1e3
  return number >= 1e11 ? number : number * 1e3
}

function granularityOf(text: string, number: number): number {
  return number < 1e11 && !text.includes('.') ? 1_000 : 0
}
