import { type Markup, markup } from './markup.ts'

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour

const dayAndTime = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short', timeZone: 'UTC' })
const dayOnly = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeZone: 'UTC' })

/** How long ago, in the largest unit that fits: `5 min ago`; a date after a week, and what is to come as `in 5 min`. */
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

/** The same as an element that says the whole moment to machines, and to whoever points at it. */
export function age(at: number, now: number): Markup {
  if (!isMoment(at)) return markup`<span>${ageWords(at, now)}</span>`
  const whole = `${dayAndTime.format(at)} UTC`
  return markup`<time datetime="${new Date(at).toISOString()}" title="${whole}">${ageWords(at, now)}</time>`
}

/** `1 story`, `2 days`, `1,234 stories`. */
export function counted(count: number, one: string, many: string = `${one}s`): string {
  return `${count.toLocaleString('en')} ${count === 1 ? one : many}`
}

/** Whether a date can be made of it. */
export function isMoment(at: number): boolean {
  return Math.abs(at) <= 8.64e15
}
