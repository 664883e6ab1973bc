import type { SearchTerm } from '../../stories/search.ts'
import { lexemeOf } from './article-rows.ts'

/** Maximum number of words in an index query; articles that it finds are checked in full. */
const maxLexemes = 64

/**
 * A tsquery that matches every article with at least one term of every list, and few others. Undefined if there are too
 * many alternatives for the index. Words consist of letters and digits, so they contain no operators.
 */
export function indexQuery(lists: readonly (readonly SearchTerm[])[]): string | undefined {
  let left = maxLexemes
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

/** LIKE patterns for articles with one of the terms. */
export function patternsOf(terms: readonly SearchTerm[]): string[] {
  return [...new Set(terms.map(({ words, isPrefix }) => `% ${words.join(' ')}${isPrefix ? '' : ' '}%`))]
}
