import { parseHttpDate } from './http-date.ts'
import { type Instant, parseInstant } from './rate-limit/instant.ts'
import { parseServerDuration } from './rate-limit/server-duration.ts'

/** A time as a server tells it: in milliseconds from now, or as a moment. It may be beyond anything that can be meant. */
export type ToldTime = { readonly delay: number } | Instant

/** No wait and no reset is longer, in milliseconds: quotas of a year are the longest that are sold. */
export const longestTime: number = 366 * 86_400_000

/** A longer field tells no time. */
const longestField = 1_024
const decimal = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?$/i
const weekday = /^(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?$/i

/**
 * The times in a field, in the order in which they stand there. A field that came twice is joined by commas, and so is the
 * weekday of a date. Parts that tell no time are left out.
 *
 * Numbers are of `unit` milliseconds: seconds or milliseconds. One that would be decades as a delay is a moment since the
 * epoch: in seconds, from 1e11 in milliseconds, from 1e14 in microseconds, from 1e17 in nanoseconds.
 */
export function parseToldTimes(field: string, now: number, unit: 1 | 1_000 = 1_000): readonly ToldTime[] {
  if (field.length > longestField) return []
  const times: ToldTime[] = []
  let day = ''
  for (const part of field.split(',')) {
    const text = `${day}${part}`.trim()
    day = ''
    if (weekday.test(text)) day = `${text},`
    else {
      const time = toldTime(text, now, unit)
      if (time !== undefined) times.push(time)
    }
  }
  return times
}

function toldTime(text: string, now: number, unit: 1 | 1_000): ToldTime | undefined {
  if (decimal.test(text)) {
    const number = Number(text)
    if (number < 1e12 / unit) return { delay: Math.max(0, Math.ceil(number * unit)) }
    return { at: epochMilliseconds(number), granularity: number < 1e11 && /^\+?\d+$/.test(text) ? 1_000 : 0 }
  }
  if (/^\+?inf(?:inity)?$/i.test(text)) return { delay: Number.POSITIVE_INFINITY }
  const isNegative = text.startsWith('-')
  const delay = parseServerDuration(isNegative ? text.slice(1) : text)
  if (delay !== undefined) return { delay: isNegative ? 0 : delay }
  return parseInstant(text, now)
}

function epochMilliseconds(number: number): number {
  if (number >= 1e17) return number / 1e6
  if (number >= 1e14) return number / 1e3
  return number >= 1e11 ? number : number * 1e3
}

/** The server's clock by the `Date` of its answer; the local clock if that is no date, or more than a year away from it. */
export function serverClock(date: string | undefined, now: number): number {
  const told = date === undefined ? undefined : parseHttpDate(date.trim(), now)
  return told === undefined || Math.abs(told - now) > longestTime ? now : told
}
