import { textOf } from '#platform'
import { mask } from './redact.ts'

/** Minimum length of a secret; shorter texts occur by chance. */
const shortestSecret = 4
/** Minimum number of unambiguous Base64 letters of a secret at an arbitrary offset. */
const fewestLetters = 6
/** Maximum depth of nested encodings that are decoded. */
const deepest = 3

/** Masks secrets in a text. Returns the identical text if there are none. */
export type SecretMasker = (text: string) => string

/**
 * Finds the given secrets in texts in many encodings: percent-encoded (once or more, whole or in part), form-encoded,
 * in JSON, HTML or Markdown, in Base64 at any offset, and in hexadecimal. Takes time linear in the text.
 *
 * Secrets of less than four characters are ignored.
 */
export function secretMasker(secrets: Iterable<string>): SecretMasker {
  const forms = new Set<string>()
  for (const secret of secrets) if (secret.length >= shortestSecret) addForms(secret, forms)
  if (forms.size === 0) return (text) => text
  const longestFirst = [...forms].sort((a, b) => b.length - a.length).map(asPattern)
  const anyForm = new RegExp(longestFirst.join('|'))
  // Lookahead, so that a match is found at every position and overlapping secrets are all masked.
  const allForms = new RegExp(`(?=(${longestFirst.join('|')}))`, 'g')

  return (text) => {
    const layers = layersOf(text, anyForm)
    if (layers === undefined) return text
    const spans = spansIn(text, allForms)
    let places: readonly number[] | undefined
    for (let layer = 1, source = text; layer <= layers; layer++) {
      const decoded = decodedWithPlaces(source)
      const inner = places
      places = inner === undefined ? decoded.places : decoded.places.map((place) => inner[place]!)
      source = decoded.text
      for (const [start, end] of spansIn(source, allForms)) spans.push([places[start]!, places[end]!])
    }
    return masked(text, spans)
  }
}

/** Adds all forms of a secret to search for that decoding the text does not find. */
function addForms(secret: string, forms: Set<string>): void {
  const bytes = new TextEncoder().encode(secret)
  // UTF-8 may be returned decoded as Latin-1. In a path, a URL parser converts a backslash to a slash.
  for (const written of new Set([secret, secret.replaceAll('\\', '/'), textOf(bytes, 'latin1')])) {
    let form = written
    // A text is decoded as a whole, including parts of the secret that only look like an encoding.
    for (let layer = 0; layer <= deepest && form.length >= shortestSecret; layer++) {
      forms.add(form)
      form = decoded(form)
    }
  }
  const hex = textOf(bytes, 'hex')
  forms.add(hex).add(hex.toUpperCase())
  for (const encoding of ['base64', 'base64url'] as const) {
    forms.add(textOf(bytes, encoding).replace(/={1,2}$/, ''))
    for (const shift of [0, 1, 2]) {
      // The letters that depend on the secret alone.
      const letters = textOf(Uint8Array.of(...new Array<number>(shift).fill(0), ...bytes), encoding)
      const sure = letters.slice(Math.ceil((shift * 4) / 3), Math.floor(((shift + bytes.length) * 4) / 3))
      if (sure.length >= fewestLetters) forms.add(sure)
    }
  }
}

/** Pattern for a form; form encoding writes a blank as a plus. */
function asPattern(form: string): string {
  return form.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&').replaceAll(' ', '[ +]')
}

/** Number of decodings until the last secret in the text is visible; undefined if there is none. */
function layersOf(text: string, anyForm: RegExp): number | undefined {
  let last = anyForm.test(text) ? 0 : undefined
  for (let layer = 1, source = text; layer <= deepest; layer++) {
    const next = decoded(source)
    if (next === source) break
    if (anyForm.test(next)) last = layer
    source = next
  }
  return last
}

const encoded =
  /%([0-9a-f]{2})|\\u([0-9a-f]{4})|\\x([0-9a-f]{2})|&#x([0-9a-f]{1,6});?|&#(\d{1,7});?|&(amp|lt|gt|quot|apos|nbsp);?|\\([ -/:-@[-`{-~bfnrt])/gi
const named: ReadonlyMap<string, string> = new Map([
  ['amp', '&'],
  ['lt', '<'],
  ['gt', '>'],
  ['quot', '"'],
  ['apos', "'"],
  ['nbsp', ' '],
])
const escapes: ReadonlyMap<string, string> = new Map([
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
])

/** Decodes one layer of every encoding at once, byte by byte. */
function decoded(text: string): string {
  return /[%\\&]/.test(text) ? text.replace(encoded, (...match: string[]) => meaningOf(match)) : text
}

function meaningOf([whole, ...groups]: readonly (string | undefined)[]): string {
  const [percent, unit, byte, hex, decimal, name, escaped] = groups
  const code = percent ?? unit ?? byte ?? hex
  if (code !== undefined) return characterOf(Number.parseInt(code, 16))
  if (decimal !== undefined) return characterOf(Number(decimal))
  if (name !== undefined) return named.get(name.toLowerCase()) ?? whole!
  return escapes.get(escaped!) ?? escaped!
}

function characterOf(code: number): string {
  return code <= 0x10_ff_ff ? String.fromCodePoint(code) : ''
}

/** Decodes like `decoded`, and records the source position of each character, and of the end. */
function decodedWithPlaces(source: string): { readonly text: string; readonly places: readonly number[] } {
  const places: number[] = []
  let text = ''
  const take = (piece: string, from: number, step: 0 | 1): void => {
    for (let at = 0; at < piece.length; at++) places.push(from + at * step)
    text += piece
  }
  let taken = 0
  for (const match of source.matchAll(encoded)) {
    take(source.slice(taken, match.index), taken, 1)
    take(meaningOf(match), match.index, 0)
    taken = match.index + match[0].length
  }
  take(source.slice(taken), taken, 1)
  places.push(source.length)
  return { text, places }
}

type Span = [start: number, end: number]

function spansIn(text: string, forms: RegExp): Span[] {
  return Array.from(text.matchAll(forms), ({ index, 1: form }) => [index, index + form!.length])
}

function masked(text: string, spans: Span[]): string {
  spans.sort(([a], [b]) => a - b)
  let shown = ''
  let end = 0
  let isOpen = false
  for (const [start, stop] of spans) {
    if (!isOpen || start >= end) {
      shown += text.slice(end, start) + mask
      isOpen = true
    }
    end = Math.max(end, stop)
  }
  return shown + text.slice(end)
}
