import { SettingsError } from 'sluice'
import { type Flag, type FlagTable, takesValue } from '../flags/flag.ts'
import { isPlain } from '../flags/options.ts'
import { parsers } from '../flags/values.ts'

/** A setting as its flag would be typed, and its name in the parsed options. */
export interface Setting {
  readonly name: string
  readonly value: unknown
}

/**
 * Checks a setting of a settings file or profile like its flag.
 *
 * @throws SettingsError that starts with `where`, with the setting, the expected and the actual value
 */
export function settingOf(table: FlagTable, name: string, value: unknown, where: string): Setting {
  const flag = table[name]!
  const place = `${where}: ${name}`
  if (!takesValue(flag)) return switchOf(table, name, value, place)
  const hasNegation = table[negationOf(name)] !== undefined
  if (value === false && hasNegation) return { name, value }
  if (value === true && flag.flag.includes('[')) return { name, value }
  const typed = flag.isRepeatable === true ? listOf(flag, value, place) : textOf(flag, value, place)
  for (const one of [typed].flat()) checkChoice(flag, one, place)
  const parse = typeof flag.parse === 'string' ? parsers[flag.parse] : flag.parse
  parse?.(typed as never, place)
  return { name, value: typed }
}

/** `noBreaker` for `breaker`. */
function negationOf(name: string): string {
  return `no${name[0]!.toUpperCase()}${name.slice(1)}`
}

/** A flag without a value: true or false, or the number of times it is given. `noBreaker: true` is `breaker: false`. */
function switchOf(table: FlagTable, name: string, value: unknown, place: string): Setting {
  const isCounted = table[name]!.isRepeatable === true
  if (isCounted && Number.isSafeInteger(value) && (value as number) >= 0) return { name, value }
  if (typeof value !== 'boolean') throw expected(place, isCounted ? 'true, false or a number' : 'true or false', value)
  const positive = Object.keys(table).find((other) => negationOf(other) === name)
  if (positive !== undefined) return { name: positive, value: value ? false : undefined }
  return { name, value: isCounted ? Number(value) : value }
}

function textOf(flag: Flag, value: unknown, place: string): string {
  if (isText(value)) return String(value)
  // A JSON flag accepts JSON directly.
  if (flag.flag.includes('<json>') && typeof value === 'object' && value !== null) return JSON.stringify(value)
  if (flag.flag.includes('<list>') && Array.isArray(value) && value.every(isText)) return value.join(',')
  const also = flag.flag.includes('<json>')
    ? ', or any JSON'
    : flag.flag.includes('<list>')
      ? ', or a list of them'
      : ''
  throw expected(place, `text or a number${also}`, value)
}

function listOf(flag: Flag, value: unknown, place: string): readonly string[] {
  if (isText(value)) return [String(value)]
  if (Array.isArray(value) && value.every(isText)) return value.map(String)
  const isHeaders = flag.secret === 'header'
  if (isHeaders && isPlain(value) && Object.values(value).every(isText)) {
    return Object.entries(value).map(([header, text]) => (text === '' ? `${header};` : `${header}: ${text}`))
  }
  throw expected(place, `text, a number or a list of them${isHeaders ? ", or { 'Name': 'value' }" : ''}`, value)
}

function checkChoice({ choices }: Flag, text: string, place: string): void {
  if (choices === undefined || choices.includes(text)) return
  throw new SettingsError(`${place}: expected one of ${choices.join(', ')}, got ${JSON.stringify(text)}`)
}

function isText(value: unknown): value is string | number {
  return typeof value === 'string' || (typeof value === 'number' && Number.isFinite(value))
}

function expected(place: string, what: string, value: unknown): SettingsError {
  return new SettingsError(`${place}: expected ${what}, got ${kindOf(value)}`)
}

/** Type of a value, but not the value, which may be a secret. */
function kindOf(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) {
    const wrong = value.find((one) => !isText(one))
    return wrong === undefined ? 'a list' : `a list with ${kindOf(wrong)} in it`
  }
  if (typeof value === 'object') return 'an object'
  if (typeof value === 'boolean' || typeof value === 'number') return String(value)
  return typeof value === 'string' ? 'text' : `a ${typeof value}`
}
