import { monthNumber } from './month-names.ts'
import { offsetMinutes } from './time-zones.ts'

/** Instants this close to the epoch, and those before 1900, are dates that were never set. */
const day = 86_400_000
const earliest = Date.UTC(1900, 0, 2)
const latest = Date.UTC(2200, 0, 1)

interface Parts {
  readonly year: number
  /** 1 to 12. */
  readonly month: number
  readonly day: number
}

interface ClockTime {
  readonly hour: number
  readonly minute: number
  readonly second: number
  readonly ms: number
}

const midnight: ClockTime = { hour: 0, minute: 0, second: 0, ms: 0 }

export interface DateHints {
  /** Time zone of dates without one, such as `Europe/Berlin`. @default UTC */
  readonly zone?: string | undefined
  /** Language whose month names are tried first, such as `hr`. */
  readonly language?: string | undefined
}

/**
 * Parses a date as feeds write it: RFC 822 and its misspellings, ISO 8601, seconds and milliseconds since the epoch,
 * month names of many languages, time zones by name, offset or place. Undefined if it cannot be parsed.
 */
export function instantOfText(text: string, hints: DateHints = {}): number | undefined {
  const plain = text
    .slice(0, 200)
    .normalize('NFKC')
    .replace(/\([^()]*\)/g, ' ')
    .replace(/\s+/g, ' ')
    .trim()
  const instant = epoch(plain) ?? written(plain, hints)
  if (instant === undefined || Math.abs(instant) < day || instant < earliest || instant > latest) return undefined
  return instant
}

function epoch(text: string): number | undefined {
  if (/^\d{9,10}(?:\.\d+)?$/.test(text)) return Math.floor(Number(text) * 1_000)
  return /^\d{13}$/.test(text) ? Number(text) : undefined
}

function written(text: string, hints: DateHints): number | undefined {
  const found = isoDate(text) ?? namedDate(text, hints.language) ?? numericDate(text)
  if (found === undefined || !isDay(found.date)) return undefined
  const rest = found.rest
  const clock = clockTime(rest)
  if (clock === undefined) return undefined
  const { year, month, day } = found.date
  const { hour, minute, second, ms } = clock.time
  const local = Date.UTC(year, month - 1, day, hour, minute, second, ms)
  const offset =
    offsetMinutes(clock.rest, local) ?? (hints.zone === undefined ? 0 : offsetMinutes(hints.zone, local)) ?? 0
  return local - offset * 60_000
}

/** A date that starts with its year, and the text after it. */
function isoDate(text: string): { date: Parts; rest: string } | undefined {
  const patterns = [
    /^(?:\p{L}+\.?,? )?(\d{4})([-/]|\. ?)(\d{1,2})(?:\2(\d{1,2}))?(?!\d)\.?/u,
    /^(\d{4})()(\d{2})(\d{2})(?=\d{4,6}\b|T|\b)/i,
    /^(\d{4}) ?[年년]() ?(\d{1,2}) ?[月월] ?(\d{1,2}) ?[日일]/,
    /^(\d{4})()()()$/,
  ]
  for (const pattern of patterns) {
    const match = pattern.exec(text)
    if (match === null) continue
    const [all, year, , month, day] = match
    const rest = text.slice(all.length)
    // `20040101194821`
    const run = /^T?(\d{2})(\d{2})(\d{2})?(?!\d)/i.exec(rest)
    return {
      date: { year: Number(year), month: Number(month || 1), day: Number(day ?? 1) },
      rest: run === null ? rest : `${run[1]}:${run[2]}:${run[3] ?? '00'}${rest.slice(run[0].length)}`,
    }
  }
  return ordinalDate(text)
}

/** Day of the year: `2004-032`. */
function ordinalDate(text: string): { date: Parts; rest: string } | undefined {
  const match = /^(\d{4})-(\d{3})(?!\d)/.exec(text)
  if (match === null) return undefined
  const at = new Date(Date.UTC(Number(match[1]), 0, Number(match[2])))
  return {
    date: { year: at.getUTCFullYear(), month: at.getUTCMonth() + 1, day: at.getUTCDate() },
    rest: text.slice(match[0].length),
  }
}

/** Numeric date: `01/31/2004`, `31.01.2004`. With slashes the month comes first if possible. */
function numericDate(text: string): { date: Parts; rest: string } | undefined {
  const match = /(?<![\d:])(\d{1,2})([./-])(\d{1,2})\2(\d{4}|\d{2})(?![\d:])/.exec(text)
  if (match === null) return undefined
  const [first, second] = [Number(match[1]), Number(match[3])]
  const isMonthFirst = match[2] === '/' && first <= 12
  return {
    date: { year: fullYear(match[4]!), month: isMonthFirst ? first : second, day: isMonthFirst ? second : first },
    rest: `${text.slice(0, match.index)} ${text.slice(match.index + match[0].length)}`,
  }
}

/** A date with the name of a month. */
function namedDate(text: string, language: string | undefined): { date: Parts; rest: string } | undefined {
  const words = [...text.matchAll(/\p{L}[\p{L}\p{M}]*/gu)].map(({ 0: word, index }) => ({
    word,
    index,
    isAfterDay: /(?:^|[^\d:.])\d{1,2}(?:st|nd|rd|th|er|[.ºª])?(?: (?:de|di|d))?[ \-./,]*$/i.test(text.slice(0, index)),
  }))
  // In some languages a weekday and a month share an abbreviation: `mar. 2 mar.`
  const ordered = [...words.filter(({ isAfterDay }) => isAfterDay), ...words.filter(({ isAfterDay }) => !isAfterDay)]
  for (const { word, index, isAfterDay } of ordered) {
    const month = monthNumber(word, language)
    if (month === undefined) continue
    const before = text.slice(0, index)
    const after = text.slice(index + word.length)
    const number = isAfterDay
      ? /(\d{1,2})\D{0,6}$/.exec(before)
      : /^[ .,\-/]*(\d{1,2})(?!\d|:)(?:st|nd|rd|th)?/i.exec(after)
    if (number === null) continue
    const rest = isAfterDay ? after : after.slice(number[0].length)
    // The year follows the date, ends the text (`Thu Jan 1 19:48:21 UTC 2004`), or precedes the date (`2004 Jan 1`).
    const year = /^[ .,\-/]*(?:de |of )?'?(\d{4}|\d{2})(?![\d:])(?![.]\d\d[.:])/i.exec(rest)
    if (year !== null)
      return { date: { year: fullYear(year[1]!), month, day: Number(number[1]) }, rest: rest.slice(year[0].length) }
    const last = /(?<![\d:+-])(\d{4})$/.exec(rest) ?? /(?<![\d:+-])(\d{4})(?![\d:])/.exec(rest)
    const front = /(?<!\d)(\d{4})(?!\d)/.exec(before)
    const found = last ?? front
    if (found === null) continue
    return {
      date: { year: Number(found[1]), month, day: Number(number[1]) },
      rest: last === null ? rest : `${rest.slice(0, last.index)} ${rest.slice(last.index + 4)}`,
    }
  }
  return undefined
}

/** Time of day in the rest of a date, and the text after it. Midnight if there is none; undefined if it is invalid. */
function clockTime(text: string): { time: ClockTime; rest: string } | undefined {
  const half = /(?:午前|오전)/.test(text) ? 'am' : /(?:午後|오후)/.test(text) ? 'pm' : undefined
  const match =
    /(?<![\d+-])T?(\d{1,2})(?:[:.h]| ?[時시] ?)(\d{1,2})(?:(?:[:.]| ?[分분] ?)(\d{1,2})(?:[.,](\d{1,9}))?)?[秒초분分]?(?: ?([ap])\.?m\b\.?)?/i.exec(
      text,
    ) ?? /(?<![\d+-])(\d{1,2})()()()(?: ?([ap])\.?m\b\.?)/i.exec(text)
  if (match === null) return { time: midnight, rest: /\d/.test(text.replace(/[+-]\d{1,2}:?\d{0,2}/, '')) ? '' : text }
  const [all, hours, minutes, seconds, fraction, letter] = match
  const marker = letter === undefined ? half : `${letter.toLowerCase()}m`
  const hour = Number(hours)
  if (hour > 24 || Number(minutes || 0) > 59 || Number(seconds || 0) > 61) return undefined
  return {
    time: {
      hour: marker === undefined || hour > 12 ? hour : (hour % 12) + (marker === 'pm' ? 12 : 0),
      minute: Number(minutes || 0),
      second: Number(seconds || 0),
      ms: Math.floor(Number(`0.${fraction ?? 0}`) * 1_000),
    },
    rest: text.slice(match.index + all.length),
  }
}

/** Expands two-digit years as in RFC 2822. */
function fullYear(digits: string): number {
  const year = Number(digits)
  if (digits.length > 2) return year
  return year < 50 ? 2000 + year : 1900 + year
}

function isDay({ year, month, day }: Parts): boolean {
  return year >= 1900 && month >= 1 && month <= 12 && day >= 1 && day <= new Date(Date.UTC(year, month, 0)).getUTCDate()
}
