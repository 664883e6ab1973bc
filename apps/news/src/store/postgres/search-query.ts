import type { SearchTerm } from '../../stories/search.ts'
import { lexemeOf } from './article-rows.ts'

/** Words looked up in the index; the matching articles are then read. */
const mostLexemes = 64

/**
 * A tsquery that every article with one term of every list matches, and few others. Undefined if there are too many alternatives for the
 * index. Words are letters and digits only: nothing in them is an operator.
 */
export function indexQuery(lists: readonly (readonly SearchTerm[])[]): string | undefined {
  let left = mostLexemes
  const parts: string[] = []
  for (const terms of lists) {
    const each = Math.floor(left / terms.length)
    if (each === 0) continue
    const alternatives = terms.map((term) => lexemesOf(term).slice(0, each))
    left -= alternatives.flat().length
    parts.push(`(${[...new Set(alternatives.map((lexemes) => lexemes.join(' & ')))].join(' | ')})`)
  }
  return parts.length === 0 ? undefined : `(${[...new Set(parts)].join(' & ')}) | '*'`
}

function lexemesOf({ words, isPrefix }: SearchTerm): string[] {
  return [...new Set(words.map((word, at) => `'${lexemeOf(word)}'${isPrefix && at === words.length - 1 ? ':*' : ''}`))]
}

/** Patterns for the words of an article that has one of the terms. */
export function patternsOf(terms: readonly SearchTerm[]): string[] {
  return [...new Set(terms.map(({ words, isPrefix }) => `% ${words.join(' ')}${isPrefix ? '' : ' '}%`))]
}
