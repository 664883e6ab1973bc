import { cleanText } from '@sluice/report/markup'
import { describe, expect, it } from 'vitest'
import { ageWords, webAddress } from '../../src/web/text.ts'

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour

describe('an age', () => {
  it.each([
    [0, 'just now'],
    [minute - 1, 'just now'],
    [minute, '1 min ago'],
    [hour - 1, '59 min ago'],
    [hour, '1 h ago'],
    [day - 1, '23 h ago'],
    [day, '1 day ago'],
    [2 * day, '2 days ago'],
    [7 * day, '24 Dec 2025'],
    [-1, 'in a moment'],
    [-5 * minute, 'in 5 min'],
    [-9 * day, '9 Jan 2026'],
    [Number.NaN, 'at an unknown time'],
    [1e300, 'at an unknown time'],
  ])('of %d milliseconds is shown as “%s”', (away, words) => {
    const now = Date.UTC(2025, 11, 31)
    expect(ageWords(now - away, now)).toBe(words)
  })
})

describe('a text from elsewhere', () => {
  it.each([
    ['a\r\nb\u2028c', 'a b c'],
    ['\u202eabc', 'abc'],
    ['a\u0000b', 'a\ufffdb'],
    ['\ud800', '\ufffd'],
    ['12345678901', '123456789…'],
    ['👩‍👩‍👧👩‍👩‍👧', '👩‍👩‍👧…'],
  ])('%j is shown as %j', (text, shown) => {
    expect(cleanText(text, 10)).toBe(shown)
  })
})

describe('an address', () => {
  it.each([
    ['https://x.example/a?b=c#d', 'https://x.example/a?b=c#d'],
    ['HTTP://X.example', 'http://x.example/'],
    ['https://user@x.example/', undefined],
    ['javascript:alert(1)//https://', undefined],
    ['ftp://x.example/', undefined],
    ['/here', undefined],
    [`https://x.example/${'x'.repeat(2_000)}`, undefined],
    [undefined, undefined],
  ])('%s may be followed as %s', (address, link) => {
    expect(webAddress(address)).toBe(link)
  })
})
