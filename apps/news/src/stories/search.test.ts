import { describe, expect, it } from 'vitest'
import { hasTerm, parseSearch } from './search.ts'
import { searchWords } from './search-words.ts'

/** A search in one line: alternatives with `|`, `*` for a prefix, `-` for excluded terms. */
function shown(text: string): string[] {
  const { wanted, unwanted } = parseSearch(text)
  const term = ({ words, isPrefix }: (typeof unwanted)[number]) => `${words.join(' ')}${isPrefix ? '*' : ''}`
  return [...wanted.map((terms) => terms.map(term).join('|')), ...unwanted.map((one) => `-${term(one)}`)]
}

describe('a search', () => {
  it.each<readonly [string, readonly string[]]>([
    ['', []],
    [' * " ( ) - + : ^ \' ; % _ \\ ', []],
    ['winter olympics', ['winter', 'olympics*']],
    ['Zürich ÉTÉ', ['zurich', 'ete*']],
    ['"winter olympics"', ['winter olympics']],
    ['"winter olympics" begin', ['winter olympics', 'begin*']],
    ['“winter olympics” „so gut“', ['winter olympics', 'so gut']],
    ['say "winter olym', ['say', 'winter olym*']],
    ['6" pipe', ['6', 'pipe*']],
    ['say"winter olympics"now', ['say', 'winter olympics', 'now*']],
    ['"" " " "', []],
    ['covid-19', ['covid 19*']],
    ['winter -olympics', ['winter', '-olympics']],
    ['-winter', ['-winter']],
    ['-"winter olympics" -"', ['-winter olympics']],
    ["-well-known --both -trump's", ['-well known', '-both', '-trump s']],
    ['- winter', ['winter*']],
    ['-a -a', ['-a']],
    ['fire OR flood', ['fire|flood*']],
    ['town fire OR flood OR "ice storm" now', ['town', 'fire|flood|ice storm', 'now*']],
    ['OR', []],
    ['OR OR', []],
    ['OR fire', ['fire*']],
    ['fire OR', ['fire*']],
    ['fire OR OR flood', ['fire|flood*']],
    ['fire OR "" flood', ['fire|flood*']],
    ['fire OR -flood ice', ['fire', 'ice*', '-flood']],
    ['-fire OR flood', ['flood*', '-fire']],
    ['ice -fire OR flood', ['ice', 'flood*', '-fire']],
    ['fire or flood', ['fire', 'or', 'flood*']],
    ['"OR" ORder', ['or', 'order*']],
    ['東京 大会', ['東 京', '大 会*']],
    ['東京2020', ['東 京 2020*']],
    ['Apple™ 100 %', ['apple', '100*']],
    ['NEAR(d, 2) title:e*', ['near d', '2', 'title e*']],
  ])('of %j', (text, expected) => {
    expect(shown(text)).toEqual(expected)
  })

  it.each(['"', '-', ' OR', '-"', 'a OR ', '"a" -', 'é'])('of 10,000 characters is read at once: %j', (piece) => {
    expect(shown(piece.repeat(10_000 / piece.length)).length).toBeLessThan(10_000)
  })

  it.each<readonly [string, string, boolean, boolean]>([
    ['winter olympics', 'winter', false, true],
    ['winter olympics', 'wint', false, false],
    ['winter olympics', 'olym', true, true],
    ['winter olympics', 'lympics', true, false],
    ['winter olympics', 'winter oly', true, true],
    ['winter olympics', 'olympics winter', false, false],
    ['東京大会', '京大', false, true],
    ['東京大会', '東大', false, false],
    ['大東', '東京', true, false],
  ])('finds in %j the term %j, as a beginning %s: %s', (text, term, isPrefix, expected) => {
    expect(hasTerm(searchWords(text), { words: searchWords(term), isPrefix })).toBe(expected)
  })
})
