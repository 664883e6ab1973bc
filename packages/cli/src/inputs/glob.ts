import { isIPv6 } from 'node:net'
import { SettingsError } from 'sluice'

/** Values for one place in a URL, generated one at a time. */
interface Choices {
  readonly count: number
  /** Value at `index`, from 0. */
  at(index: number): string
}

const asTheyAre = 'to send it as it is, write a backslash before it or use --no-glob'

/**
 * Splits a URL into literal text and `[...]` or `{...}` ranges, with curl's syntax:
 * `[1-500]`, `[001-100:2]` (leading zeros are kept, the step comes last), `[a-z]`, `[a-z:2]`, `{a,b}`.
 * A backslash escapes a bracket or brace; `[]` and IPv6 addresses are literal already.
 *
 * @throws SettingsError with the column of the error, and a hint
 */
function parseGlob(text: string): readonly (string | Choices)[] {
  const parts: (string | Choices)[] = []
  let fixed = ''
  let at = 0
  while (at < text.length) {
    const character = text[at]!
    const literal = literalAt(text, at)
    if (literal !== undefined) {
      fixed += literal.text
      at += literal.length
    } else if (character === '[' || character === '{') {
      const end = character === '[' ? text.indexOf(']', at) : closingBrace(text, at)
      if (end === -1) throw globError(at, `the ${character} is never closed; ${asTheyAre}`)
      if (fixed !== '') parts.push(fixed)
      fixed = ''
      parts.push(character === '[' ? range(text.slice(at + 1, end), at) : set(text.slice(at + 1, end), at))
      at = end + 1
    } else if (character === ']' || character === '}') {
      throw globError(at, `the ${character} was never opened; ${asTheyAre}`)
    } else {
      fixed += character
      at += 1
    }
  }
  if (fixed !== '') parts.push(fixed)
  return parts
}

function literalAt(text: string, at: number): { readonly text: string; readonly length: number } | undefined {
  const escaped = /^\\([[\]{}])/.exec(text.slice(at, at + 2))
  if (escaped !== null) return { text: escaped[1]!, length: 2 }
  if (text[at] !== '[') return undefined
  if (text[at + 1] === ']') return { text: '[]', length: 2 }
  const address = /^\[([0-9a-f:.]+)(?:%25[^\]]*)?\]/i.exec(text.slice(at, at + 100))
  if (address === null || !isIPv6(address[1]!)) return undefined
  return { text: address[0], length: address[0].length }
}

function closingBrace(text: string, open: number): number {
  for (let at = open + 1; at < text.length; at++) {
    if (text[at] === '\\') at += 1
    else if (text[at] === '}') return at
    else if (text[at] === '{' || text[at] === '[') {
      throw globError(at, `a ${text[at]} cannot appear inside { }; ${asTheyAre}`)
    }
  }
  return -1
}

function set(content: string, open: number): Choices {
  if (content === '') throw globError(open, `{} is empty; write {a,b}, or \\{\\} for the braces themselves`)
  const values = ['']
  for (let at = 0; at < content.length; at++) {
    if (content[at] === ',') values.push('')
    else {
      if (content[at] === '\\' && at + 1 < content.length) at += 1
      values[values.length - 1] += content[at]!
    }
  }
  return { count: values.length, at: (index) => values[index]! }
}

function range(content: string, open: number): Choices {
  const shown = `[${content}]`
  const match =
    /^(?<first>\d+)-(?<last>\d+)(?::(?<step>\d+))?$/.exec(content) ??
    /^(?<first>[a-z])-(?<last>[a-z])(?::(?<step>\d+))?$/.exec(content) ??
    /^(?<first>[A-Z])-(?<last>[A-Z])(?::(?<step>\d+))?$/.exec(content)
  if (match === null) {
    throw globError(open, `${shown} is not a range such as [1-100], [001-100:2] or [a-z]; ${asTheyAre}`)
  }
  const { first = '', last = '', step: stepText = '1' } = match.groups ?? {}
  const letters = /\D/.test(first)
  const from = letters ? first.charCodeAt(0) : Number(first)
  const to = letters ? last.charCodeAt(0) : Number(last)
  const step = Number(stepText)
  if (!Number.isSafeInteger(from) || !Number.isSafeInteger(to)) throw globError(open, `${shown} goes beyond 2^53`)
  if (to < from) throw globError(open, `${shown} runs backwards; write [${last}-${first}]; ${asTheyAre}`)
  if (step < 1 || (step > to - from && !(step === 1 && to === from))) {
    throw globError(open, `the step of ${shown} must be from 1 to ${Math.max(1, to - from)}`)
  }
  const width = first.startsWith('0') ? first.length : 0
  return {
    count: Math.floor((to - from) / step) + 1,
    at: (index) => {
      const value = from + index * step
      return letters ? String.fromCharCode(value) : String(value).padStart(width, '0')
    },
  }
}

function globError(at: number, message: string): SettingsError {
  return new SettingsError(`column ${at + 1}: ${message}`, 'SLUICE_BAD_INPUT')
}

/**
 * All URLs of a pattern with `[1-500]`, `[001-100:2]`, `[a-z]` or `{a,b}`, generated one at a time: the last
 * range varies fastest, as with curl. Text without a pattern yields itself.
 *
 * @throws SettingsError immediately, with the column of the error
 */
export function expandGlob(text: string): Iterable<string> {
  const parts = parseGlob(text)
  return { [Symbol.iterator]: () => combinations(parts) }
}

/**
 * Number of URLs that `expandGlob` generates. Exact up to 2^53.
 *
 * @throws SettingsError as `expandGlob` does
 */
export function countGlob(text: string): number {
  return parseGlob(text).reduce((product, part) => product * (typeof part === 'string' ? 1 : part.count), 1)
}

/** URLs of a pattern with the same host. */
interface GlobGroup {
  readonly first: string
  readonly count: number
}

/**
 * URLs of a pattern by host: one group per value in the host, however many URLs each has.
 *
 * @throws SettingsError as `expandGlob` does
 */
export function* globGroups(text: string): Generator<GlobGroup, void, undefined> {
  const parts = parseGlob(text)
  // Without a scheme it may be a path for a base URL.
  const origin = /^(?:[a-z][a-z0-9+.-]*:\/\/)?[^/?#]*/i
  let before = ''
  const inHost = parts.map((part) => {
    const isInHost = typeof part !== 'string' && origin.exec(before)![0] === before
    before += typeof part === 'string' ? part : part.at(0)
    return isInHost
  })
  const count = parts.reduce(
    (product, part, index) => product * (typeof part === 'string' || inHost[index] === true ? 1 : part.count),
    1,
  )
  const hosts = parts.map((part, index) => (typeof part === 'string' || inHost[index] === true ? part : part.at(0)))
  for (const first of combinations(hosts)) yield { first, count }
}

function* combinations(parts: readonly (string | Choices)[]): Generator<string, void, undefined> {
  const indices = parts.map(() => 0)
  const texts = parts.map((part) => (typeof part === 'string' ? part : part.at(0)))
  for (;;) {
    yield texts.join('')
    let place = parts.length - 1
    for (; place >= 0; place--) {
      const part = parts[place]!
      if (typeof part === 'string') continue
      const next = (indices[place]! + 1) % part.count
      indices[place] = next
      texts[place] = part.at(next)
      if (next !== 0) break
    }
    if (place < 0) return
  }
}
