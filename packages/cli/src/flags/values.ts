import { parseDuration, SettingsError } from 'sluice'
import { parseRate, type Rate } from 'sluice/internal'
import { amounts } from './amounts.ts'

/** Parser of whole numbers from `min` up. */
export function count(min: number): (text: string, flag: string) => number {
  return (text, flag) => {
    const value = /^\d+$/.test(text.trim()) ? Number(text) : Number.NaN
    if (Number.isSafeInteger(value) && value >= min) return value
    throw new SettingsError(`${flag}: expected a whole number from ${min} up, got ${JSON.stringify(text)}`)
  }
}

/** Port to listen on; 0, any free port, for a flag without a value. */
export function port(given: string | true, flag: string): number {
  const number = given === true ? 0 : count(0)(given, flag)
  if (number > 65_535) throw new SettingsError(`${flag}: expected a port up to 65535, got ${number}`)
  return number
}

/** A concurrency, or `auto`. */
function countOrAuto(text: string, flag: string): number | 'auto' {
  return text === 'auto' ? text : orElse('auto', () => count(1)(text, flag))
}

/** A list of whole numbers: `1,5,10`. */
function counts(text: string, flag: string): number[] {
  return text.split(',').map((one) => count(1)(one, flag))
}

/** Parses `30s`, `500ms` or `5m` to milliseconds. */
export function duration(text: string, flag: string): number {
  return forFlag(flag, () => parseDuration('', text))
}

/** Milliseconds, or `never`. */
function durationOrNever(text: string, flag: string): number {
  return text === 'never' ? Number.POSITIVE_INFINITY : orElse('never', () => duration(text, flag))
}

const units: ReadonlyMap<string, number> = new Map([
  ['', 1],
  ['b', 1],
  ['kb', 1_000],
  ['mb', 1_000_000],
  ['gb', 1_000_000_000],
  ['k', 1_024],
  ['kib', 1_024],
  ['m', 1_048_576],
  ['mib', 1_048_576],
  ['g', 1_073_741_824],
  ['gib', 1_073_741_824],
])

/** Parses `10MiB`, `500kB` or `4096` to bytes. */
function size(text: string, flag: string): number {
  const match = /^(\d+(?:\.\d+)?)\s*([a-z]*)$/i.exec(text.trim())
  const unit = units.get(match?.[2]?.toLowerCase() ?? '')
  if (match !== null && unit !== undefined && Number(match[1]) > 0) return Math.round(Number(match[1]) * unit)
  throw new SettingsError(`${flag}: expected a size such as 10MiB or 500kB, got ${JSON.stringify(text)}`)
}

/** Parses a share: `99%` is 0.99. */
function share(text: string, flag: string): number {
  const percent = Number(/^(\d+(?:\.\d+)?)%$/.exec(text.trim())?.[1] ?? Number.NaN)
  if (percent <= 100) return percent / 100
  throw new SettingsError(`${flag}: expected a share such as 99%, got ${JSON.stringify(text)}`)
}

/** A number of failures, or a share of them in the library's form: `5%`. */
function countOrShare(text: string, flag: string): number | string {
  return text.endsWith('%') ? `${share(text, flag) * 100}%` : orElse('a share such as 5%', () => count(1)(text, flag))
}

/** Maximum share of failures: 0 for `any` (a single failure fails the command), 1 for `none`, or a percentage. */
function failureShare(text: string, flag: string): number {
  return text === 'any' ? 0 : text === 'none' ? Number.POSITIVE_INFINITY : orElse('any, none', () => share(text, flag))
}

/** All rates in lists such as `10/s,500/day`. */
function rates(lists: readonly string[], flag: string): Rate[] {
  return lists.flatMap((list) => list.split(',')).map((text) => forFlag(flag, () => parseRate('', text)))
}

/** Minimum and maximum backoff in `500ms..30s`. */
function backoff(text: string, flag: string): { readonly base: number; readonly cap: number } {
  const [from, to, ...rest] = text.split('..').map((end) => end.trim())
  if (!from || !to || rest.length > 0)
    throw new SettingsError(`${flag}: expected a range such as 500ms..30s, got ${JSON.stringify(text)}`)
  const [base, cap] = [duration(from, flag), duration(to, flag)]
  if (base <= cap) return { base, cap }
  throw new SettingsError(`${flag}: the first wait is longer than the last; write ${to}..${from}`)
}

/** Reasons for retries in `408,425,520-524,5xx,network`; a status below 400 turns a call into polling. */
function retryOn(text: string): { readonly on: readonly string[]; readonly poll: boolean } {
  const on = namesIn(text).flatMap((item) => {
    const range = /^(\d{3})-(\d{3})$/.exec(item)
    if (range === null) return [item]
    const [from, to] = [Number(range[1]), Number(range[2])]
    return Array.from({ length: Math.max(0, to - from + 1) }, (_, offset) => String(from + offset))
  })
  return { on, poll: on.some((item) => /^[23](\d\d|xx)$/i.test(item)) }
}

/** Individual statuses in a list such as `503,5xx`. */
export function statuses(text: string, flag: string): string[] {
  return namesIn(text).flatMap((item) => {
    if (/^[1-5]xx$/i.test(item)) return Array.from({ length: 100 }, (_, index) => String(Number(item[0]) * 100 + index))
    if (/^[1-5]\d\d$/.test(item)) return [item]
    throw new SettingsError(`${flag}: expected statuses such as 503 or 5xx, got ${JSON.stringify(item)}`)
  })
}

/** Circuit breaker settings: `50%/10s`, or false for none. */
function breaker(rule: string | false, flag: string): false | { failureRatio: number; window: number } {
  if (rule === false) return false
  const [part, time, ...rest] = rule.split('/')
  if (part === undefined || time === undefined || rest.length > 0) {
    throw new SettingsError(`${flag}: expected a rule such as 50%/10s, got ${JSON.stringify(rule)}`)
  }
  return { failureRatio: share(part, flag), window: Math.round(duration(time, flag)) }
}

/** Delimiter of columns: a character, or `tab`. */
function delimiter(text: string, flag: string): string {
  const character = /^(?:tab|\\t)$/i.test(text) ? '\t' : text
  if (character.length === 1 && !/["\r\n]/.test(character)) return character
  throw new SettingsError(`${flag}: expected one character such as ; or |, or tab, got ${JSON.stringify(text)}`)
}

/** An HTTP method (RFC 9110 section 9.1). */
function method(text: string, flag: string): string {
  if (/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(text)) return text
  throw new SettingsError(`${flag}: expected a method such as GET or POST, got ${JSON.stringify(text)}`)
}

/** Names of runs: at least one. */
function names(text: string, flag: string): readonly string[] {
  const list = namesIn(text)
  if (list.length > 0) return list
  throw new SettingsError(`${flag}: name a run, as in ${flag} nightly`)
}

/** Address to listen on. */
export interface Address {
  readonly host: string
  /** 0 picks a free port. */
  readonly port: number
}

/** Parses `9090`, `0.0.0.0:9090` or `[::1]:9090`. Without a host, only this machine can connect. */
function address(text: string, flag: string): Address {
  const match = /^(?:(\[[0-9a-f:.]+\]|[^:\s]*):)?(\d{1,5})$/i.exec(text.trim())
  const port = Number(match?.[2] ?? Number.NaN)
  if (match !== null && port <= 65_535) return { host: (match[1] || '127.0.0.1').replace(/^\[|\]$/g, ''), port }
  throw new SettingsError(
    `${flag}: expected a port, or host and port such as 0.0.0.0:9090, got ${JSON.stringify(text)}`,
  )
}

/** Runs `read`, adding to its message what the flag accepts besides. */
function orElse<T>(other: string, read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error
    throw new SettingsError(error.message.replace('expected ', `expected ${other}, or `))
  }
}

/** Runs `read`, replacing the name of the option with the flag name in its message. */
export function forFlag<T>(flag: string, read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error
    throw new SettingsError(`${flag}: ${error.message.replace(/^[-\w.]*: /, '').replace(/ \(string\)$/, '')}`)
  }
}

/** Names in a list such as `a, b`; empty if there is no list. */
export function namesIn(list: string | undefined): string[] {
  return (list ?? '').split(',').flatMap((name) => (name.trim() === '' ? [] : [name.trim()]))
}

/** Parsers by their names in the flag tables. Each throws a SettingsError that names the flag. */
export const parsers = {
  address,
  amounts,
  backoff,
  breaker,
  count: count(1),
  countOrAuto,
  countOrShare,
  countOrZero: count(0),
  counts,
  delimiter,
  duration,
  durationOrNever,
  failureShare,
  method,
  names,
  rates,
  retryOn,
  share,
  size,
}
