import { longestTime, parseStatedTimes } from '../stated-time.ts'

/**
 * Parses a reset to milliseconds from now; `undefined` if the text is not usable.
 *
 * A number below 1e9 is seconds from now: as a timestamp it would be before 2002, and a larger number would be a delay
 * of over 31 years; from 1e9 on it is a timestamp. Durations are relative to now; timestamps are relative to
 * `serverNow`, plus one second if their precision is a second. Times in the past are 0. Negative numbers, and times
 * beyond 366 days, are ignored.
 */
export function parseReset(text: string | undefined, serverNow: number): number | undefined {
  if (text === undefined || text.trimStart().startsWith('-')) return undefined
  const waits = parseStatedTimes(text, serverNow)
    .map((time) => ('delay' in time ? time.delay : Math.max(0, Math.ceil(time.at + time.granularity - serverNow))))
    .filter((wait) => wait <= longestTime)
  return waits.length === 0 ? undefined : Math.max(...waits)
}
