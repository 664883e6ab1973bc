import { describe, expect, it } from 'vitest'
import { hasTerm, searchTerms, searchWords } from './search-words.ts'

describe('the words of a search', () => {
  it.each([
    ['', []],
    [' * " ( ) - + : ^ \' ; % _ \\ ', []],
    ['Zürich ÉTÉ', [['zurich'], ['ete']]],
    ['"a b" OR -c NEAR(d, 2) title:e*', [['a'], ['b'], ['or'], ['c'], ['near'], ['d'], ['2'], ['title'], ['e']]],
    [
      '東京 大会',
      [
        ['東', '京'],
        ['大', '会'],
      ],
    ],
    ['東京2020', [['東', '京'], ['2020']]],
    ['party🎉👍', [['party'], ['🎉'], ['👍']]],
    ['Apple™ 100 %', [['apple'], ['100']]],
  ])('of %j', (search, terms) => {
    expect(searchTerms(search)).toEqual(terms)
    expect(searchWords(search)).toEqual(terms.flat())
  })

  it.each([
    ['winter olympics', ['winter'], false, true],
    ['winter olympics', ['wint'], false, false],
    ['winter olympics', ['olym'], true, true],
    ['winter olympics', ['lympics'], true, false],
    ['東京大会', ['京', '大'], false, true],
    ['東京大会', ['東', '大'], false, false],
    ['大東', ['東', '京'], true, false],
  ])('finds in %j the term %j, as the last one: %s', (text, term, isLast, expected) => {
    expect(hasTerm(searchWords(text), term, isLast)).toBe(expected)
  })
})
