import { parseHttpDate } from '../http-date.ts'

/** Point in time, and its precision. */
export interface Instant {
  /** Milliseconds since the epoch. */
  readonly at: number
  /** Precision in ms: 1,000 if the format has only whole seconds. */
  readonly granularity: number
}

/** `2026-11-20T12:00:30Z` (RFC 3339 section 5.6; a space in place of the T is allowed there). */
const rfc3339 = /^(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(\.\d+)?(?:[Zz]|([+-])(\d\d):(\d\d))$/
/** `Fri Nov 20 2026 12:00:30 GMT+0000 (Coordinated Universal Time)`, the `toString` form of a JavaScript date. */
const javaScriptDate =
  /^[A-Z][a-z]{2} ([A-Z][a-z]{2}) (\d\d) (\d{4}) (\d\d):(\d\d):(\d\d) GMT([+-])(\d\d)(\d\d)(?: \([^()]*\))?$/
/**
 * `Fri, 20 Nov 2026 12:00:30 UTC`, `20 Nov 2026 14:00:30 +0200` and similar, almost valid HTTP and mail dates.
 * UTC if there is no zone, as in HTTP.
 */
const looseDate =
  /^(?:[a-z]{3,9},? )?(\d{1,2})[ -]([a-z]{3})[a-z]{0,6}[ -](\d{4}) (\d\d):(\d\d):(\d\d)(?: ?(?:GMT|UTC|UT|Z|([+-])(\d\d):?(\d\d)))?$/i
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/**
 * Parses an HTTP date (also with UTC, an offset, or in lower case), an RFC 3339 time, or a date printed by JavaScript;
 * `undefined` for anything else.
 */
export function parseInstant(text: string, now: number): Instant | undefined {
  const http = parseHttpDate(text, now) ?? parseHttpDate(inGmt(text), now)
  if (http !== undefined) return { at: http, granularity: 1_000 }

  const iso = rfc3339.exec(text)
  if (iso !== null) {
    const [, year, month, day, hour, minute, second, fraction, sign, zoneHour, zoneMinute] = iso
    const at = epochOf([year, month, day, hour, minute, second], zoneOf(sign, zoneHour, zoneMinute))
    if (at === undefined) return undefined
    return fraction === undefined
      ? { at, granularity: 1_000 }
      : { at: at + Math.ceil(Number(fraction) * 1_000), granularity: 0 }
  }

  const script = javaScriptDate.exec(text)
  const loose = script === null ? looseDate.exec(text) : null
  const named = script ?? (loose && [loose[0], loose[2], loose[1], ...loose.slice(3)])
  if (named === null) return undefined
  const [, monthName, day, year, hour, minute, second, sign, zoneHour, zoneMinute] = named
  const month = months.findIndex((name) => name.toLowerCase() === monthName!.toLowerCase()) + 1
  const at = epochOf([year, month, day, hour, minute, second], zoneOf(sign, zoneHour, zoneMinute))
  return at === undefined ? undefined : { at, granularity: 1_000 }
}

/** Rewrites an HTTP date with another zone notation, or in the format of the `date` command. */
function inGmt(text: string): string {
  return text.replace(/ (?:UTC|GMT) (\d{4})$/, ' $1').replace(/ ?(?:UTC|UT|Z|[+-]00:?00)$/i, ' GMT')
}

function zoneOf(sign: string | undefined, hour: string | undefined, minute: string | undefined): number {
  return (sign === '-' ? -1 : 1) * (Number(hour ?? 0) * 60 + Number(minute ?? 0)) * 60_000
}

/** A leap second is counted as the second after 59. */
function epochOf(fields: readonly (string | number | undefined)[], zone: number): number | undefined {
  const [year, month, day, hour, minute, second] = fields.map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ]
  const date = new Date(0)
  date.setUTCFullYear(year, month - 1, day)
  const exists = date.getUTCMonth() === month - 1 && date.getUTCDate() === day
  if (!exists || hour > 23 || minute > 59 || second > 60) return undefined
  return date.getTime() + ((hour * 60 + minute) * 60 + second) * 1_000 - zone
}
