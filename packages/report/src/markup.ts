import { html, raw } from 'hono/html'

/** Markup that we have made: texts in it are escaped already. */
export type Markup = ReturnType<typeof raw>

/** Value in a markup template. Strings are escaped; `undefined` renders nothing. */
export type Part = Markup | string | number | undefined | readonly Part[]

/** A piece of HTML or SVG, in which every string is escaped. */
export function markup(strings: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  // It is a promise only if one of the parts is.
  return html(strings, ...parts) as Markup
}

/** Text of our own that is markup already: constants only. */
export function trusted(text: string): Markup {
  return raw(text)
}

/** More than this of a single text says nothing more. */
const usualLength = 300

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' })

/**
 * Text from elsewhere as one line that changes nothing around it: line breaks and tabs become blanks, other control
 * characters and halves of characters become `�`, and marks that turn the direction of writing are left out. Cut to `length`
 * UTF-16 units, never within a character; an ellipsis stands for the rest.
 */
export function cleanText(text: unknown, length: number = usualLength): string {
  const whole = String(text)
  // Whatever a megabyte holds, only its beginning is looked at.
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
  // A single character can be longer than all that is wanted: marks can be piled up without end.
  return end === 0 ? text.slice(0, length).replace(/[\ud800-\udbff]$/, '') : text.slice(0, end)
}
