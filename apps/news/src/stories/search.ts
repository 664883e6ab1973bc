import { searchWords } from './search-words.ts'

/** Adjacent words; the last may be a prefix. */
export interface SearchTerm {
  readonly words: readonly string[]
  readonly isPrefix: boolean
}

/** A parsed search, the same for every store. */
export interface Search {
  /** Lists of alternatives: a text has to contain one term of every list. */
  readonly wanted: readonly (readonly SearchTerm[])[]
  /** Terms that no text of the story may contain. */
  readonly unwanted: readonly SearchTerm[]
}

/** An optional minus, then quoted text, possibly without a closing quote, or text up to the next space or quote. */
const pieces = /((?<!\S)-)?(?:["“”„]([^"“”„]*)(["“”„]|$)|([^\s"“”„]+))/g

/**
 * Parses a search: all words, `"a phrase"`, `-without`, `this OR that`. OR joins the two terms beside it; a minus
 * applies to the whole search. The last term may be a prefix, unless it ends with a closing quote. Every text is a
 * valid search: an operator without operands is ignored.
 */
export function parseSearch(text: string): Search {
  const wanted: SearchTerm[][] = []
  const unwanted = new Map<string, SearchTerm>()
  /** List of the previous term; undefined after an unwanted one. */
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

/** Returns true if a text, given as words, contains a term. */
export function hasTerm(text: readonly string[], { words, isPrefix }: SearchTerm): boolean {
  return text.some((_, start) =>
    words.every((word, index) => {
      const there = text[start + index]
      return isPrefix && index === words.length - 1 ? there?.startsWith(word) === true : there === word
    }),
  )
}
