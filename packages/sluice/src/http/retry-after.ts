import { parseHttpDate } from './http-date.ts'

/** The times that a `Retry-After` is understood by. */
export interface RetryAfterContext {
  /** Our own wall clock, in milliseconds since the epoch. */
  readonly now: number
  /** The `Date` of the same answer: dates are counted from it, so that a wrong clock on either side does no harm. */
  readonly date?: string | undefined
}

/**
 * How many milliseconds a `Retry-After` asks to wait (RFC 9110 section 10.2.3), or `undefined` if it says nothing usable.
 *
 * Takes whole seconds, seconds with a fraction (Shopify sends them), and all three forms of an HTTP date. A time in the
 * past is 0. Of several values joined by commas the largest counts.
 */
export function parseRetryAfter(value: string | undefined, context: RetryAfterContext): number | undefined {
  if (value === undefined) return undefined
  const trimmed = value.trim()
  const seconds = secondsOf(trimmed)
  if (seconds !== undefined) return Math.ceil(seconds * 1_000)

  const date = parseHttpDate(trimmed, context.now)
  if (date === undefined) return undefined
  const serverNow = context.date === undefined ? undefined : parseHttpDate(context.date.trim(), context.now)
  return Math.max(0, date - (serverNow ?? context.now))
}

function secondsOf(text: string): number | undefined {
  const parts = text.split(',').map((part) => part.trim())
  if (!parts.every((part) => /^\d+(\.\d+)?$/.test(part))) return undefined
  return Math.max(...parts.map(Number))
}
