import { html, raw } from 'hono/html'

/** Markup in which all text is already escaped. */
export type Markup = ReturnType<typeof raw>

/** Value in a markup template. Strings are escaped; `undefined` renders nothing. */
export type Part = Markup | string | number | undefined | readonly Part[]

/** Creates HTML or SVG, in which every string is escaped. */
export function markup(strings: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  // The result is a promise only if one of the parts is.
  return html(strings, ...parts) as Markup
}

/** Marks a constant of this package as markup, which is not escaped. */
export function trusted(text: string): Markup {
  return raw(text)
}

/** Default maximum length of a text. */
const usualLength = 300

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' })

/**
 * Cleans external text to one line that cannot affect its surroundings. Line breaks and tabs become spaces, other
 * control characters and lone surrogates become `�`, and bidirectional control characters are removed. Cut to `length`
 * UTF-16 units, never within a character, with an ellipsis in place of the rest.
 */
export function cleanText(text: unknown, length: number = usualLength): string {
  const whole = String(text)
  // Only the start is processed, so that very long texts cost nothing.
  const clean = whole
    .slice(0, 4 * length)
    .toWellFormed()
    .replace(/[\t\n\v\f\r\u0085\u2028\u2029]+/g, ' ')
    .replace(/[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '')
    .replace(/[\p{Cc}\p{Noncharacter_Code_Point}]/gu, '\ufffd')
    .trim()
  if (clean.length <= length && whole.length <= 4 * length) return clean
  return `${firstOf(clean, length - 1)}…`
}

function firstOf(text: string, length: number): string {
  let end = 0
  for (const { index, segment } of graphemes.segment(text)) {
    if (index + segment.length > length) break
    end = index + segment.length
  }
  // A single grapheme can exceed the limit, since combining marks can be stacked without bound.
  return end === 0 ? text.slice(0, length).replace(/[\ud800-\udbff]$/, '') : text.slice(0, end)
}
