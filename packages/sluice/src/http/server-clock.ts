import { parseHttpDate } from './http-date.ts'
import { longestTime } from './told-time.ts'

/** The server's clock by the `Date` of its answer; ours where that is no date, or more than a year away from ours. */
export function serverClock(date: string | undefined, now: number): number {
  const told = date === undefined ? undefined : parseHttpDate(date.trim(), now)
  return told === undefined || Math.abs(told - now) > longestTime ? now : told
}
