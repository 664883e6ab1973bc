/** A piece of a list, and where it begins in the whole text, from 0. */
export interface ListItem {
  readonly text: string
  readonly start: number
  /** Where a quote begins that is never closed. */
  readonly unclosed?: number
}

const closers: ReadonlyMap<string, string> = new Map([
  ['[', ']'],
  ['{', '}'],
  ['(', ')'],
])

/** Splits on the commas that stand outside brackets, braces, parentheses, quotes and backticks. */
export function splitList(list: string): readonly ListItem[] {
  const items: ListItem[] = []
  const open: string[] = []
  let start = 0
  let unclosed: number | undefined
  for (let at = 0; at <= list.length; at++) {
    const character = list[at]
    if (character === undefined || (character === ',' && open.length === 0)) {
      const piece = list.slice(start, at)
      const item = { text: piece.trim(), start: start + piece.length - piece.trimStart().length }
      items.push(unclosed === undefined ? item : { ...item, unclosed })
      start = at + 1
    } else if (character === '"' || character === "'" || character === '`') {
      const closing = closingQuote(list, at)
      if (closing === undefined) unclosed = at
      at = closing ?? list.length - 1
    } else if (closers.has(character)) {
      open.push(closers.get(character)!)
    } else if (character === open.at(-1)) {
      open.pop()
    }
  }
  return items
}

function closingQuote(text: string, opening: number): number | undefined {
  for (let at = opening + 1; at < text.length; at++) {
    if (text[at] === '\\') at += 1
    else if (text[at] === text[opening]) return at
  }
  return undefined
}
