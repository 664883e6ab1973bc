import { foldText, unspaced } from './fold-text.ts'

const words = new RegExp(`[${unspaced}]\\p{M}*|(?:(?![${unspaced}])[\\p{L}\\p{N}\\p{M}])+|\\p{ExtPict}`, 'gu')
const terms = new RegExp(`(?:[${unspaced}]\\p{M}*)+|(?:(?![${unspaced}])[\\p{L}\\p{N}\\p{M}])+|\\p{ExtPict}`, 'gu')

/**
 * The words of a text as they are kept for a search: folded, in their order. In scripts without spaces every character
 * is a word, and so is every emoji; other signs are none.
 */
export function searchWords(text: string): readonly string[] {
  return foldText(text).match(words) ?? []
}

/** What a search asks for: each term is one word, or several that stand side by side, as in scripts without spaces. */
export function searchTerms(search: string): readonly (readonly string[])[] {
  return (foldText(search).match(terms) ?? []).map(searchWords)
}

/** Whether a text, given as its words, has a term; if it is the last of a search, its last word may go on. */
export function hasTerm(text: readonly string[], term: readonly string[], isLast: boolean): boolean {
  return text.some((_, start) =>
    term.every((word, index) => {
      const there = text[start + index]
      return isLast && index === term.length - 1 ? there?.startsWith(word) === true : there === word
    }),
  )
}
