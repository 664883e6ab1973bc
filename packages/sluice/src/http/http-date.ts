const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
const month = `(${months.join('|')})`
const time = '(\\d\\d):(\\d\\d):(\\d\\d)'
const shortDay = '(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)'
const longDay = '(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day'

/** `Sun, 06 Nov 1994 08:49:37 GMT`, the preferred form. */
const imfFixdate = new RegExp(`^${shortDay}, (\\d\\d) ${month} (\\d{4}) ${time} GMT$`)
/** `Sunday, 06-Nov-94 08:49:37 GMT`, obsolete. */
const rfc850Date = new RegExp(`^${longDay}, (\\d\\d)-${month}-(\\d\\d) ${time} GMT$`)
/** `Sun Nov  6 08:49:37 1994`, obsolete. */
const asctimeDate = new RegExp(`^${shortDay} ${month} ([ \\d]\\d) ${time} (\\d{4})$`)

/**
 * Parses an HTTP date in any of its three forms (RFC 9110 section 5.6.7) to milliseconds since the epoch, or
 * `undefined`.
 *
 * Stricter than `Date.parse`, which accepts `5` and local times. A two-digit year is in the latest century that is not
 * more than 50 years ahead of `now`. A leap second is counted as the second before it, plus one.
 */
export function parseHttpDate(text: string, now: number): number | undefined {
  const imf = imfFixdate.exec(text)
  if (imf !== null) return toEpoch(imf[3]!, imf[2]!, imf[1]!, imf.slice(4, 7))
  const rfc850 = rfc850Date.exec(text)
  if (rfc850 !== null)
    return toEpoch(String(fullYear(Number(rfc850[3]), now)), rfc850[2]!, rfc850[1]!, rfc850.slice(4, 7))
  const asctime = asctimeDate.exec(text)
  if (asctime !== null) return toEpoch(asctime[6]!, asctime[1]!, asctime[2]!, asctime.slice(3, 6))
  return undefined
}

function fullYear(twoDigits: number, now: number): number {
  const thisYear = new Date(now).getUTCFullYear()
  const latest = thisYear + 50
  const candidate = latest - (latest % 100) + twoDigits
  return candidate > latest ? candidate - 100 : candidate
}

function toEpoch(year: string, monthName: string, day: string, clock: readonly string[]): number | undefined {
  const [hour, minute, second] = clock.map(Number) as [number, number, number]
  const isLeapSecond = second === 60
  const date = new Date(0)
  date.setUTCFullYear(Number(year), months.indexOf(monthName), Number(day))
  date.setUTCHours(hour, minute, isLeapSecond ? 59 : second)
  const exists =
    date.getUTCDate() === Number(day) &&
    date.getUTCMonth() === months.indexOf(monthName) &&
    hour <= 23 &&
    minute <= 59 &&
    second <= 60
  return exists ? date.getTime() + (isLeapSecond ? 1_000 : 0) : undefined
}
