import { longestTime, parseToldTimes } from '../told-time.ts'

/**
 * How many milliseconds from now a reset is, or `undefined` if the text says nothing usable.
 *
 * A number below 1e9 is seconds from now, for as a moment it would be before 2002, and as a delay beyond it would be 31
 * years; from there on it is a moment since the epoch. Durations are counted from now; moments from `serverNow`, plus one
 * second where they were told to the second only. The past is 0. Nothing negative is meant, and nothing beyond 366 days.
 */
export function parseReset(text: string | undefined, serverNow: number): number | undefined {
  if (text === undefined || text.trimStart().startsWith('-')) return undefined
  const waits = parseToldTimes(text, serverNow)
    .map((time) => ('delay' in time ? time.delay : Math.max(0, Math.ceil(time.at + time.granularity - serverNow))))
    .filter((wait) => wait <= longestTime)
  return waits.length === 0 ? undefined : Math.max(...waits)
}
