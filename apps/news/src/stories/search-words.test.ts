import { describe, expect, it } from 'vitest'
import { searchWords } from './search-words.ts'

describe('the words of a search', () => {
  it.each<readonly [string, readonly string[]]>([
    ['', []],
    [' * " ( ) - + : ^ \' ; % _ \\ ', []],
    ['Zürich ÉTÉ', ['zurich', 'ete']],
    ['"a b" OR -c NEAR(d, 2) title:e*', ['a', 'b', 'or', 'c', 'near', 'd', '2', 'title', 'e']],
    ['東京 大会', ['東', '京', '大', '会']],
    ['東京2020', ['東', '京', '2020']],
    ['party🎉👍', ['party', '🎉', '👍']],
    ['Apple™ 100 %', ['apple', '100']],
  ])('of %j', (text, words) => {
    expect(searchWords(text)).toEqual(words)
  })
})
