/** Begins what stands for a character that PostgreSQL cannot keep. */
const mark = '\u001a'

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what it is about
const unstorable = /[\0\u001a]/
// biome-ignore lint/suspicious/noControlCharactersInRegex: as above
const eachUnstorable = /[\0\u001a]/g
// biome-ignore lint/suspicious/noControlCharactersInRegex: as above
const eachStored = /\u001a([01])/g

/**
 * Text as PostgreSQL can keep it: U+0000 is the one character that it refuses. It becomes U+001A and `0`, and U+001A, which
 * hardly ever comes up, U+001A and `1`. Half of a surrogate pair, which is no character, becomes U+FFFD. All others stay as
 * they are.
 */
export function storable<T extends string | undefined>(text: T): T {
  if (text === undefined) return text
  const wellFormed = text.toWellFormed()
  if (!unstorable.test(wellFormed)) return wellFormed as T
  return wellFormed.replace(eachUnstorable, (one) => (one === mark ? `${mark}1` : `${mark}0`)) as T
}

/** The text that was kept. */
export function restored(text: string): string {
  return text.includes(mark) ? text.replace(eachStored, (_, which) => (which === '0' ? '\0' : mark)) : text
}

/** The text that was kept; missing if there was none. */
export function restoredIfAny(text: unknown): string | undefined {
  return text === null || text === undefined ? undefined : restored(text as string)
}
