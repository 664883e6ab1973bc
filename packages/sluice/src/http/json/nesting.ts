/**
 * Maximum nesting depth of JSON: 1,000 lists and objects. Real APIs stay below 50. `JSON.stringify` and any recursion
 * through a value overflow the stack a few thousand levels deep; SQLite and Jackson also have a limit of 1,000.
 */
export const maxJsonDepth = 1_000

/** JSON nested deeper than `maxJsonDepth`. */
export class JsonTooDeepError extends Error {
  override readonly name = 'JsonTooDeepError'

  constructor() {
    super(`the JSON is nested more than ${maxJsonDepth} levels deep`)
  }
}

const quote = 0x22
const backslash = 0x5c

/** True if a JSON text is nested deeper than `most` levels. Linear in its length; a short text is not scanned. */
export function isTooDeep(text: string, most: number = maxJsonDepth): boolean {
  // Each level needs an opening and a closing bracket.
  if (text.length <= 2 * most) return false
  let depth = 0
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === quote) {
      at = closingQuote(text, at)
      continue
    }
    // `[` and `{`, and `]` and `}`, differ in this bit.
    const bracket = code | 0x20
    if (bracket === 0x7b && ++depth > most) return true
    if (bracket === 0x7d) depth--
  }
  return false
}

/** True if a parsed value is nested deeper than `most` levels. Takes a tenth of the time of a look at its text. */
export function isNestedDeeper(value: unknown, most: number): boolean {
  if (typeof value !== 'object' || value === null) return false
  if (most === 0) return true
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index++) if (isNestedDeeper(value[index], most - 1)) return true
    return false
  }
  for (const name in value) {
    const inner = (value as Record<string, unknown>)[name]
    // Names of a prototype that somebody has extended are listed too.
    if (typeof inner === 'object' && Object.hasOwn(value, name) && isNestedDeeper(inner, most - 1)) return true
  }
  return false
}

/** Position of the quote that closes the one at `opening`; the end of the text if there is none. */
export function closingQuote(text: string, opening: number): number {
  let at = opening
  for (;;) {
    at = text.indexOf('"', at + 1)
    if (at === -1) return text.length
    let start = at
    while (text.charCodeAt(start - 1) === backslash) start--
    // An even number of backslashes escape each other, so the quote is not escaped.
    if ((at - start) % 2 === 0) return at
  }
}
