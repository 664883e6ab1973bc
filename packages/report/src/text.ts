import { formatDuration } from 'sluice'

/** Maximum absolute value that is formatted; sums are no longer exact beyond it. */
const utmost = 1e15

/** Placeholder for a missing number. */
export const noNumber = '–'

const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 })
const tenths = new Intl.NumberFormat('en', { minimumFractionDigits: 1, maximumFractionDigits: 1 })
const threeDigits = new Intl.NumberFormat('en', { maximumSignificantDigits: 3 })
const twoDigits = new Intl.NumberFormat('en', { maximumSignificantDigits: 2 })
const alike = new Intl.NumberFormat('en', { minimumSignificantDigits: 3, maximumSignificantDigits: 3 })

/** Whole number with thousands separators: 12,345. */
export function countText(count: number): string {
  return isNumber(count) ? whole.format(count) : noNumber
}

/** Rate per second: 9.8 or 1,234. */
export function rateText(rate: number): string {
  if (!isNumber(rate)) return noNumber
  if (rate >= 100 || rate === 0) return whole.format(rate)
  return rate >= 0.1 ? tenths.format(rate) : threeDigits.format(rate)
}

/** Factor: 9.3×. */
export function timesText(times: number): string {
  return isNumber(times) ? `${times >= 100 ? whole.format(times) : tenths.format(times)}×` : noNumber
}

/** Share from 0 to 1 as a percentage: 3 %, or 0.04 % where rounding would hide it. */
export function shareText(share: number): string {
  if (!isNumber(share)) return noNumber
  const percent = 100 * share
  const isClose = (percent > 0 && percent < 1) || (percent > 99 && percent < 100)
  return `${isClose ? nearText(percent) : whole.format(percent)} %`
}

/** Amount of data: 512 B, 1.2 kB, 34 MB. */
export function bytesText(bytes: number): string {
  if (!isNumber(bytes)) return noNumber
  const power = Math.min(4, Math.max(0, Math.floor(Math.log10(Math.max(1, bytes)) / 3)))
  const value = bytes / 1_000 ** power
  return `${power > 0 && value < 9.95 ? tenths.format(value) : whole.format(value)} ${['B', 'kB', 'MB', 'GB', 'TB'][power]}`
}

/** Duration: 0.4 ms, 412 ms, 5.0 s, 2 m 05 s. */
export function durationText(milliseconds: number): string {
  if (!isNumber(milliseconds)) return noNumber
  if (milliseconds > 0 && milliseconds < 9.95) return `${tenths.format(milliseconds)} ms`
  return formatDuration(milliseconds)
}

/** Range of durations, precise enough to distinguish both ends: 97.1 – 104 ms, 1.58 – 1.64 s. */
export function rangeText(from: number, to: number): string {
  if (!isNumber(from) || !isNumber(to) || to >= 60_000) return `${durationText(from)} – ${durationText(to)}`
  const [length, unit] = to < 1_000 ? [1, 'ms'] : [1_000, 's']
  return `${[from, to].map((ms) => alike.format(Math.max(0, ms) / length)).join(' – ')} ${unit}`
}

/** Returns the number if it can be drawn; undefined if it is missing, not finite, negative or too large. */
export function drawable(number: number | null | undefined): number | undefined {
  return typeof number === 'number' && number >= 0 && isNumber(number) ? number : undefined
}

/** Largest drawable number; 0 if there is none. */
export function largest(numbers: Iterable<number | null | undefined>): number {
  let most = 0
  for (const number of numbers) most = Math.max(most, drawable(number) ?? 0)
  return most
}

function isNumber(number: number): boolean {
  return Math.abs(number) <= utmost
}

/** Formats percentages near 0 and 100 without rounding them to 0 or 100. */
function nearText(percent: number): string {
  if (percent > 99) return tenths.format(Math.min(99.9, percent))
  return percent < 0.01 ? '< 0.01' : twoDigits.format(percent)
}

const dayAndTime = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeStyle: 'short', timeZone: 'UTC' })
const iso8601 = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:?\d\d)$/

/** Start time of a report. */
export interface Moment {
  /** Text for people: `20 November 2026 at 10:52 UTC`. */
  readonly text: string
  /** ISO 8601, normalized so that it contains no other text. */
  readonly iso: string
}

/** Parses ISO 8601; undefined if it is invalid. `Date` alone accepts almost any text with a number. */
export function momentOf(text: string): Moment | undefined {
  if (!iso8601.test(text)) return undefined
  const date = new Date(text)
  if (Number.isNaN(date.getTime())) return undefined
  return { text: `${dayAndTime.format(date)} UTC`, iso: date.toISOString() }
}
