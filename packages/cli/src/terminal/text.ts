import { stripVTControlCharacters } from 'node:util'
import type { Cost } from 'sluice'
import stringWidth from 'string-width'

/**
 * Makes external text safe for a terminal. Removes escape sequences, control characters (C0, C1) and characters that
 * change the text direction. Line breaks and tabs become spaces.
 */
export function cleanText(text: string): string {
  return (
    stripVTControlCharacters(text)
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these characters must not reach the terminal
      .replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, ' ')
      .replace(/[\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '')
      .toWellFormed()
  )
}

/** Made when it is needed: that takes as long as a tenth of a start. */
let graphemes: Intl.Segmenter | undefined

/**
 * Cuts text to at most `width` terminal columns. Wide characters count two, and no character is split.
 * `ellipsis` replaces the rest.
 */
export function fitText(text: string, width: number, ellipsis: string = '…'): string {
  if (width <= 0) return ''
  if (text.length <= width && /^[\x20-\x7e]*$/.test(text)) return text
  if (stringWidth(text) <= width) return text
  const room = width - stringWidth(ellipsis)
  if (room < 0) return ''
  let fitting = ''
  let used = 0
  graphemes ??= new Intl.Segmenter('en', { granularity: 'grapheme' })
  for (const { segment } of graphemes.segment(text)) {
    used += stringWidth(segment)
    if (used > room) break
    fitting += segment
  }
  return fitting + ellipsis
}

/** Pads text with spaces to at least `width` terminal columns. */
export function padText(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - stringWidth(text)))
}

/**
 * Rows as lines with aligned columns, two spaces apart; columns without text are left out. A row of a single cell is a
 * heading.
 */
export function alignedLines(
  rows: readonly (readonly string[])[],
  isRightAligned: (column: number) => boolean,
): readonly string[] {
  const tabular = rows.filter(({ length }) => length > 1)
  const widths = (tabular[0] ?? []).map((_, column) => Math.max(...tabular.map((row) => stringWidth(row[column]!))))
  const padded = (text: string, column: number): string =>
    isRightAligned(column)
      ? text.padStart(text.length + widths[column]! - stringWidth(text))
      : padText(text, widths[column]!)
  return rows.map((row) =>
    row.length === 1
      ? row[0]!
      : row
          .map(padded)
          .filter((text) => text !== '')
          .join('  ')
          .trimEnd(),
  )
}

/** Whole number with thousands separators: `12,345`. Not by `Intl`, which takes 11 ms to be loaded. */
export function countText(count: number): string {
  return String(count).replace(/\B(?=(?:\d{3}){1,7}$)/g, ',')
}

/** Amounts with units: `12,345 tokens, 0.42 usd`. */
export function amountsText(amounts: Cost): string {
  return Object.entries(amounts)
    .map(([unit, amount]) => `${amount.toLocaleString('en-US', { maximumFractionDigits: 4 })} ${cleanText(unit)}`)
    .join(', ')
}

/** Costs of a run and the remaining budget; empty if unknown. */
export function costText({ spent, budgetLeft }: { readonly spent?: Cost; readonly budgetLeft?: Cost }): string {
  const left = budgetLeft === undefined ? '' : `; ${amountsText(budgetLeft)} left of the budget`
  return spent === undefined ? '' : `${amountsText(spent)}${left}`
}

/** Date for people: `2026-11-20 07:15:02 UTC`. */
export function dateText(date: string): string {
  return `${date.slice(0, 10)} ${date.slice(11, 19)} UTC`
}

/** Wraps text to lines of `width` columns, between words. Words longer than a line are split. */
export function wrapText(text: string, width: number): string[] {
  const lines: string[] = []
  for (const word of text.split(' ').flatMap((word) => piecesOf(word, width))) {
    const last = lines.at(-1)
    if (last !== undefined && stringWidth(last) + 1 + stringWidth(word) <= width)
      lines[lines.length - 1] = `${last} ${word}`
    else lines.push(word)
  }
  return lines
}

function piecesOf(word: string, width: number): string[] {
  const pieces: string[] = []
  let rest = word
  while (stringWidth(rest) > width) {
    const piece = fitText(rest, width, '')
    if (piece === '') break
    pieces.push(piece)
    rest = rest.slice(piece.length)
  }
  return [...pieces, rest]
}

/** Quotes text as a single shell word. */
export function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`
}
