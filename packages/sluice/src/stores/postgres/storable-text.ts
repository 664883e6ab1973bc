/** First character of the escape of a character that PostgreSQL cannot store. */
const mark = '\u001a'

// biome-ignore lint/suspicious/noControlCharactersInRegex: matching control characters is intended
const unstorable = /[\0\u001a]/
// biome-ignore lint/suspicious/noControlCharactersInRegex: as above
const eachUnstorable = /[\0\u001a]/g
// biome-ignore lint/suspicious/noControlCharactersInRegex: as above
const eachStored = /\u001a([01])/g

/**
 * Converts text to text that PostgreSQL can store: U+0000 is the one character that it refuses. U+0000 becomes U+001A
 * and `0`; U+001A, which is rare, becomes U+001A and `1`. An unpaired surrogate becomes U+FFFD. Other characters are
 * unchanged.
 */
export function storable<T extends string | undefined>(text: T): T {
  if (text === undefined) return text
  const wellFormed = text.toWellFormed()
  if (!unstorable.test(wellFormed)) return wellFormed as T
  return wellFormed.replace(eachUnstorable, (one) => (one === mark ? `${mark}1` : `${mark}0`)) as T
}

/** Restores stored text. */
export function restored(text: string): string {
  return text.includes(mark) ? text.replace(eachStored, (_, which) => (which === '0' ? '\0' : mark)) : text
}

/** Restores stored text; undefined if there is none. */
export function restoredIfAny(text: unknown): string | undefined {
  return text === null || text === undefined ? undefined : restored(text as string)
}
