import type { Article } from '../../model/article.ts'
import { searchTerms, searchWords } from '../../stories/search-words.ts'

/** So many characters of a word are in the index. */
const longestLexeme = 64
/** So many words are looked for in the index; articles that have them are then read. */
const mostLexemes = 64

/** What is kept of an article for searches: all its words, with a space around each, and a `|` that no term reaches across. */
export function wordsOf({ title, summary = '' }: Article): string {
  return ` ${[...searchWords(title), '|', ...searchWords(summary)].join(' ')} `
}

/** How a search is put to PostgreSQL. */
export interface SearchQuery {
  /** A tsquery that every article found matches, and few others. */
  readonly index: string
  /** Patterns that the words of an article have to be like, all of them. */
  readonly patterns: readonly string[]
}

/** Nothing, if the search has no words. They are letters and digits only: nothing in them is an operator. */
export function searchQuery(search: string): SearchQuery | undefined {
  const terms = searchTerms(search)
  const last = terms.at(-1)
  if (last === undefined) return undefined
  const beginning = last.at(-1)!
  const whole = [...terms.slice(0, -1), last.slice(0, -1)].flat()
  const lexemes = [...new Set(whole.map(lexemeOf))].slice(0, mostLexemes).map((lexeme) => `'${lexeme}'`)
  return {
    index: `(${[...lexemes, `'${lexemeOf(beginning)}':*`].join(' & ')}) | '*'`,
    patterns: [
      ...new Set(terms.map((term, at) => (at === terms.length - 1 ? `% ${term.join(' ')}%` : `% ${term.join(' ')} %`))),
    ],
  }
}

/** The beginning of a word, as the index has it. */
export function lexemeOf(word: string): string {
  return word.length <= longestLexeme ? word : Array.from(word).slice(0, longestLexeme).join('')
}
