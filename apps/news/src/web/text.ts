import { cleanText, type Markup, markup } from '@sluice/report/markup'

/** Title of a story or article; never empty, so that it can be a link. */
export function shownTitle(title: string): string {
  return cleanText(title, 300) || 'Untitled'
}

/** Summary of a few sentences. */
export function shownSummary(summary: string | undefined): string | undefined {
  return summary === undefined ? undefined : cleanText(summary, 600) || undefined
}

/** Returns a valid language tag for `lang`; otherwise undefined. */
export function languageTag(language: string | undefined): string | undefined {
  return language !== undefined && /^[a-z]{2,3}(-[a-z0-9]{2,8}){0,3}$/i.test(language) ? language : undefined
}

/** Maximum length of an address; browsers do not handle longer ones reliably. */
const longest = 2_000

/**
 * Returns the address if it is safe as a link: http or https, without user name and password, which only serve to
 * disguise the host. Otherwise undefined; the address is then shown as text.
 */
export function webAddress(address: string | undefined): string | undefined {
  if (address === undefined || address.length > longest || !/^https?:\/\//i.test(address)) return undefined
  const url = URL.parse(address)
  if (url === null || url.username !== '' || url.password !== '') return undefined
  return url.protocol === 'https:' || url.protocol === 'http:' ? url.href : undefined
}

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour

const dayAndTime = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short', timeZone: 'UTC' })
const dayOnly = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeZone: 'UTC' })

/** Age in the largest fitting unit: `5 min ago`; a date after a week, `in 5 min` for the future. */
export function ageWords(at: number, now: number): string {
  if (!isMoment(at)) return 'at an unknown time'
  const away = Math.abs(now - at)
  if (away < minute) return at > now ? 'in a moment' : 'just now'
  if (away >= 7 * day) return dayOnly.format(at)
  const words =
    away < hour
      ? `${Math.floor(away / minute)} min`
      : away < day
        ? `${Math.floor(away / hour)} h`
        : counted(Math.floor(away / day), 'day')
  return at > now ? `in ${words}` : `${words} ago`
}

/** Age as a `time` element, with the exact time in `datetime` and the tooltip. */
export function age(at: number, now: number): Markup {
  if (!isMoment(at)) return markup`<span>${ageWords(at, now)}</span>`
  const whole = `${dayAndTime.format(at)} UTC`
  return markup`<time datetime="${new Date(at).toISOString()}" title="${whole}">${ageWords(at, now)}</time>`
}

/** `1 story`, `2 days`, `1,234 stories`. */
export function counted(count: number, one: string, many: string = `${one}s`): string {
  return `${count.toLocaleString('en')} ${count === 1 ? one : many}`
}

/** Returns true if the number is a valid date. */
export function isMoment(at: number): boolean {
  return Math.abs(at) <= 8.64e15
}
