import { searchWords } from './search-words.ts'

/** Adjacent words; the last may be the beginning of one. */
export interface SearchTerm {
  readonly words: readonly string[]
  readonly isPrefix: boolean
}

/** A search as every store carries it out. */
export interface Search {
  /** Each list holds alternatives: a text has one term of every list. */
  readonly wanted: readonly (readonly SearchTerm[])[]
  /** Terms that no text of the story has. */
  readonly unwanted: readonly SearchTerm[]
}

/** A minus, and then text in quotes, which may be open at the end, or text up to the next space or quote. */
const pieces = /((?<!\S)-)?(?:["“”„]([^"“”„]*)(["“”„]|$)|([^\s"“”„]+))/g

/**
 * Reads what a person typed: all words, `"a phrase"`, `-without`, `this OR that`. An OR binds the terms beside it; a minus holds for the
 * whole search. The last term may be the beginning of a word, unless its quotes are closed. Every text is a search: an operator with
 * nothing to work on is passed over.
 */
export function parseSearch(text: string): Search {
  const wanted: SearchTerm[][] = []
  const unwanted = new Map<string, SearchTerm>()
  /** The list of the term before, unless that one is unwanted. */
  let before: SearchTerm[] | undefined
  let isOr = false
  let isOpen = false
  for (const [piece, minus, phrase, closing, plain] of text.matchAll(pieces)) {
    if (piece === 'OR') {
      isOr = before !== undefined
      continue
    }
    const words = searchWords(phrase ?? plain ?? '')
    if (words.length === 0) continue
    const term = { words, isPrefix: false }
    if (minus !== undefined) {
      unwanted.set(words.join(' '), term)
      before = undefined
    } else if (isOr && before !== undefined) {
      before.push(term)
    } else {
      before = [term]
      wanted.push(before)
    }
    isOpen = plain !== undefined || closing === ''
    isOr = false
  }
  if (isOpen && before !== undefined) before.push({ ...before.pop()!, isPrefix: true })
  return { wanted, unwanted: [...unwanted.values()] }
}

/** True if a text, given as words, has a term. */
export function hasTerm(text: readonly string[], { words, isPrefix }: SearchTerm): boolean {
  return text.some((_, start) =>
    words.every((word, index) => {
      const there = text[start + index]
      return isPrefix && index === words.length - 1 ? there?.startsWith(word) === true : there === word
    }),
  )
}
