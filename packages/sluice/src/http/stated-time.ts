import { parseHttpDate } from './http-date.ts'
import { type Instant, parseInstant } from './rate-limit/instant.ts'
import { parseServerDuration } from './rate-limit/server-duration.ts'

/** Time stated by a server: milliseconds from now, or a point in time. May be unreasonably far away. */
export type StatedTime = { readonly delay: number } | Instant

/** Maximum wait or reset in milliseconds: the longest quotas on the market are yearly. */
export const longestTime: number = 366 * 86_400_000

/** Maximum length of a field with times; longer ones are ignored. */
const longestField = 1_024
const decimal = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?$/i
const weekday = /^(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?$/i

/**
 * Parses the times in a field, in order. Repeated fields are joined by commas, and a date has a comma after its
 * weekday. Parts that are not times are omitted.
 *
 * Numbers are in units of `unit` milliseconds: seconds or milliseconds. A number that would be a delay of decades is a
 * timestamp: in seconds, from 1e11 in milliseconds, from 1e14 in microseconds, from 1e17 in nanoseconds.
 */
export function parseStatedTimes(field: string, now: number, unit: 1 | 1_000 = 1_000): readonly StatedTime[] {
  if (field.length > longestField) return []
  const times: StatedTime[] = []
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

function toldTime(text: string, now: number, unit: 1 | 1_000): StatedTime | undefined {
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

/** Server's clock from the `Date` of its response; the local clock if that is invalid or more than a year away. */
export function serverClock(date: string | undefined, now: number): number {
  const told = date === undefined ? undefined : parseHttpDate(date.trim(), now)
  return told === undefined || Math.abs(told - now) > longestTime ? now : told
}
