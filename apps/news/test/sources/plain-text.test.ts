import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cleanArticle } from '../../src/sources/clean-article.ts'
import { cleanText, cutAtWord, textOfHtml } from '../../src/sources/html-text.ts'

describe('the text of HTML', () => {
  it.each([
    ['<p>one</p><p>two</p>', 'one two'],
    ['a<b>b</b>c &amp; d &#8217; &eacute;', 'abc & d ’ é'],
    ['x<script>alert(1)</script><style>p{}</style>y', 'xy'],
    ['if a < b then', 'if a < b then'],
    ['&lt;script&gt; stays text', '<script> stays text'],
    ['<img src=x onerror=alert(1)>picture', 'picture'],
    ['cut in <a href="https://exam', 'cut in'],
    ['line<br>break\n\tand   spaces', 'line break and spaces'],
  ])('%s is %s', (html, text) => {
    expect(textOfHtml(html)).toBe(text)
  })
})

it('drops control characters, direction marks and lone surrogates, and keeps joiners of emoji', () => {
  expect(cleanText('a\u0000b\u202Ec\u2066d\uFEFF\u001b[31m e\uD800')).toBe('a b c d [31m e\uFFFD')
  expect(cleanText('👩‍💻')).toBe('👩‍💻')
})

describe('a cut', () => {
  it.each([
    ['one two three', 13, 'one two three'],
    ['one two three', 12, 'one two…'],
    ['one two three', 8, 'one two…'],
    ['abcdefgh', 5, 'abcd…'],
    ['abc😀fgh', 5, 'abc…'],
  ])('of %s at %d is %s', (text, longest, expected) => {
    expect(cutAtWord(text, longest)).toBe(expected)
  })

  it('is never longer than its limit, and splits no character', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), fc.integer({ min: 5, max: 40 }), (text, longest) => {
        const cut = cutAtWord(text.toWellFormed(), longest)
        expect(cut.length).toBeLessThanOrEqual(longest)
        expect(cut.isWellFormed()).toBe(true)
      }),
    )
  })
})

describe('an article', () => {
  const now = Date.UTC(2026, 0, 10)
  const raw = { source: 's', url: 'https://a.test/1', title: 'T' }

  it.each([
    ['javascript:alert(1)', undefined],
    ['data:text/html,x', undefined],
    ['//b.test/x', undefined],
    ['', undefined],
    [`https://a.test/${'x'.repeat(3_000)}`, undefined],
    ['https://ann:secret@a.test/1', 'https://a.test/1'],
    [' http://a.test ', 'http://a.test/'],
  ])('at %s has the URL %s', (url, expected) => {
    expect(cleanArticle({ ...raw, url }, now)?.url).toBe(expected)
  })

  it.each([
    ['2026-01-09T00:00:00Z', Date.UTC(2026, 0, 9)],
    ['Fri, 09 Jan 2026 01:00:00 +0100', Date.UTC(2026, 0, 9)],
    ['2031-01-01T00:00:00Z', now],
    ['1970-01-01T00:00:00Z', now],
    ['yesterday', now],
    [undefined, now],
    [5_000, 5_000],
  ])('of %s is published at %d', (published, expected) => {
    expect(cleanArticle({ ...raw, published }, now)?.publishedAt).toBe(expected)
  })

  it('has a title of at most 300 characters and a summary of at most 500, cut on a word', () => {
    const article = cleanArticle({ ...raw, title: 'word '.repeat(100), summary: 'word '.repeat(200) }, now)
    expect([article?.title.length, article?.summary?.length]).toEqual([300, 500])
    expect(article?.title).toMatch(/ word…$/)
  })

  it('without a title takes the beginning of its summary, and is dropped without both', () => {
    expect(cleanArticle({ ...raw, title: '<b></b>', summary: '<p>Hello you' }, now)?.title).toBe('Hello you')
    expect(cleanArticle({ ...raw, title: ' ' }, now)).toBeUndefined()
  })
})

it.each([
  ['en_GB', 'en-gb'],
  [' DE ', 'de'],
  ['English!', undefined],
  [undefined, undefined],
])('the language %s is %s', (language, expected) => {
  expect(cleanArticle({ source: 's', url: 'https://a.test/1', title: 'T', language }, 1)?.language).toBe(expected)
})
