import { uniqueKey } from '../../random/unique-key.ts'
import { isJsonNumber, JsonNumber } from './json-number.ts'
import { closingQuote } from './nesting.ts'

/** Converts the text of a number to a value that preserves it; `undefined` if a JavaScript number does. */
export type KeepNumber = (digits: string) => unknown

/** Maximum number of digits of an integer converted to a bigint: the conversion takes more than linear time. */
const longestBigint = 1_000

/** Preserves integers beyond 2^53 as bigint, and other numbers that a double would change as `JsonNumber`. */
export function preserveExact(digits: string): unknown {
  const number = Number(digits)
  if (digits.length <= longestBigint && /^-?\d+$/.test(digits))
    return Number.isSafeInteger(number) ? undefined : BigInt(digits)
  return normal(digits) === normal(String(number)) ? undefined : new JsonNumber(digits)
}

/** Preserves each number that `JSON.stringify` would write differently as `JsonNumber`, including `1.10` and `1E5`. */
export function preserveSource(digits: string): unknown {
  return String(Number(digits)) === digits ? undefined : new JsonNumber(digits)
}

/** Normal form, equal for equal values: the significant digits, and the position of the point relative to them. */
function normal(digits: string): string {
  const [, sign, whole, fraction = '', exponent = '0'] = /^(-?)(\d+)(?:\.(\d+))?(?:e([+-]?\d+))?$/i.exec(digits) ?? []
  // Infinity, which is not a JSON number.
  if (whole === undefined) return digits
  const all = `${whole}${fraction}`.replace(/^0+/, '')
  const significant = trimZeros(all)
  if (significant === '') return '0'
  return `${sign}${significant}e${Number(exponent) - fraction.length + all.length - significant.length}`
}

/** Without a `0+$` expression, which takes quadratic time for many zeros in the middle. */
function trimZeros(digits: string): string {
  let end = digits.length
  while (digits.charCodeAt(end - 1) === 0x30) end--
  return digits.slice(0, end)
}

/**
 * True if a text may contain a number that one of the rules above would preserve: 16 digits, an exponent, zeros at the
 * end of a fraction, a very small number, or -0. The characters around the number exclude most matches within strings,
 * such as dates.
 */
const mayNeedKeeping =
  /(?:^|[[:,\s])(?:-?\d(?:[\d.]{15}|[\d.]*(?:[eE][+-]?\d+|\.\d*0)(?=\s*(?:[,\]}]|$))|\.000000)|-0(?![.\d]))/

/** Prefix of the placeholder for a number while the platform parses. Servers cannot guess it. */
let mark = ''

/**
 * Parses JSON, and preserves the digits of the numbers for which `keep` returns a value. Several times as fast as a
 * reviver: the numbers are replaced by placeholders, the platform parses the text, and the placeholders are replaced by
 * the values.
 *
 * @throws SyntaxError as `JSON.parse` does
 */
export function parsePreserving(text: string, keep: KeepNumber): unknown {
  if (!mayNeedKeeping.test(text)) return JSON.parse(text)
  // Created on demand: some runtimes have no random numbers outside of a request.
  mark ||= `${uniqueKey()} `
  const { marked, kept } = markNumbers(text, keep)
  if (kept.length === 0) return JSON.parse(text)
  let value: unknown
  try {
    value = JSON.parse(marked)
  } catch {
    // Throws too, with the correct position in its message.
    return JSON.parse(text)
  }
  return restored(value, kept)
}

function markNumbers(text: string, keep: KeepNumber): { readonly marked: string; readonly kept: readonly unknown[] } {
  const kept: unknown[] = []
  let marked = ''
  let copied = 0
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === 0x22) at = closingQuote(text, at)
    else if (code === 0x2d || isDigit(code)) {
      const end = numberEnd(text, at)
      const digits = text.slice(at, end)
      const value = isJsonNumber(digits) && !isName(text, end) ? keep(digits) : undefined
      if (value !== undefined) {
        marked += `${text.slice(copied, at)}"${mark}${kept.length}"`
        kept.push(value)
        copied = end
      }
      at = end - 1
    }
  }
  return { marked: marked + text.slice(copied), kept }
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39
}

function numberEnd(text: string, start: number): number {
  let end = start + 1
  for (; end < text.length; end++) {
    const code = text.charCodeAt(end)
    // . + - e E
    if (!isDigit(code) && code !== 0x2e && code !== 0x2b && code !== 0x2d && (code | 0x20) !== 0x65) break
  }
  return end
}

/** True for a number in place of a member name: that is invalid JSON, and a placeholder would make it valid. */
function isName(text: string, end: number): boolean {
  let at = end
  while (text.charCodeAt(at) <= 0x20) at++
  return text.charCodeAt(at) === 0x3a
}

function restored(value: unknown, kept: readonly unknown[]): unknown {
  if (typeof value === 'string') return value.startsWith(mark) ? kept[Number(value.slice(mark.length))] : value
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) {
    for (let at = 0; at < value.length; at++) value[at] = restored(value[at], kept)
    return value
  }
  const members = value as Record<string, unknown>
  for (const name of Object.keys(members)) {
    const before = members[name]
    const after = restored(before, kept)
    // Not by assignment, which has another effect for `__proto__`.
    if (after !== before) Object.defineProperty(members, name, { value: after })
  }
  return members
}
