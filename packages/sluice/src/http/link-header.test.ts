import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseLinkHeader } from './link-header.ts'

const url = 'https://api.test/v1/items?page=2'
const pairs = (value: string): string[] => parseLinkHeader(value).map((link) => `${link.rel} ${link.url}`)

describe('a Link header', () => {
  it.each<[string, string[]]>([
    ['<https://a.test/?page=3>; rel="next"', ['next https://a.test/?page=3']],
    ['<https://a.test/?page=3>; rel=next', ['next https://a.test/?page=3']],
    [
      '<https://a.test/?p=3>; rel="next", <https://a.test/?p=9>; rel="last"',
      ['next https://a.test/?p=3', 'last https://a.test/?p=9'],
    ],
    ['<https://a.test/?ids=1,2;3>; rel=next', ['next https://a.test/?ids=1,2;3']],
    ['  <b>\t;\tREL = "Next"  ', ['next b']],
    ['<b>;rel="next last"', ['next b', 'last b']],
    ['<b>;rel=" next\t "', ['next b']],
    ['<b>;rel="https://Example.test/Rel"', ['https://example.test/rel b']],
    ['<b>; rel="prev"; rel="next"', ['prev b']],
    ['<b>; title="a, <c>; rel=last"; rel=next', ['next b']],
    ['<b>; title="a \\"quoted\\" comma, \\\\"; rel=next', ['next b']],
    ['<b>; crossorigin; rel=next', ['next b']],
    ['<b>;; ;rel=next;', ['next b']],
    [', ,<b>; rel=next, ,<c>; rel=last,', ['next b', 'last c']],
    ['<b>; rel="next" and more, <c>; rel=last', ['next b', 'last c']],
    ['<b>; rel="next', ['next b']],
    ['<>; rel=self', ['self ']],
    ['<b>; rel=next, c; rel=last', ['next b']],
    ['</?q=caf\u00c3\u00a9>; rel=next', ['next /?q=café']],
    ['</?q=caf\u00e9>; rel=next', ['next /?q=café']],
    ['<b>', []],
    ['<b>; rel', []],
    ['<b>; rel=""', []],
    ['<b; rel=next', []],
    ['b; rel=next', []],
    ['', []],
  ])('is read: %s', (value, expected) => {
    expect(pairs(value)).toEqual(expected)
  })

  it('that is not there has no links', () => {
    expect(parseLinkHeader(undefined, { url })).toEqual([])
  })

  it('keeps the first of each parameter, unquoted', () => {
    const value = '<b>; rel=next; Title="say \\"hi\\""; title=other; type=text/html ; flag; __proto__=x'
    expect(Object.entries(parseLinkHeader(value)[0]!.params)).toEqual([
      ['title', 'say "hi"'],
      ['type', 'text/html'],
      ['flag', ''],
      ['__proto__', 'x'],
    ])
  })

  it.each([
    ["title*=UTF-8'de'n%c3%a4chste; title=next", 'nächste'],
    ["title=next; title*=utf-8''%e2%82%ac", '€'],
    ["title=next; title*=UTF-8''%zz", 'next'],
    ["title=next; title*=UTF-8''%ff", 'next'],
    ["title=next; title*=ISO-8859-1'en'%a3", 'next'],
    ['title=next; title*=n', 'next'],
  ])('reads the extended value in %s', (params, title) => {
    expect(parseLinkHeader(`<b>; rel=next; ${params}`)[0]!.params).toEqual({ title })
  })

  it.each([
    ['?page=3', 'https://api.test/v1/items?page=3'],
    ['/x', 'https://api.test/x'],
    ['//other.test/x', 'https://other.test/x'],
    ['', 'https://api.test/v1/items?page=2'],
    ['http://other.test', 'http://other.test/'],
  ])('is resolved against the URL of the response: <%s>', (target, expected) => {
    expect(parseLinkHeader(`<${target}>; rel=next`, { url })).toEqual([{ url: expected, rel: 'next', params: {} }])
  })

  it('has its anchor resolved too', () => {
    expect(parseLinkHeader('<a>; rel=next; anchor="#part"', { url })[0]!.params).toEqual({ anchor: `${url}#part` })
  })

  it('leaves out what is no URL, and leaves targets as they are when the context is none', () => {
    const value = '<http://a b/>; rel=next, <c>; rel=last'
    expect(parseLinkHeader(value, { url }).map((link) => link.rel)).toEqual(['last'])
    expect(parseLinkHeader(value, { url: 'nonsense' }).map((link) => link.url)).toEqual(['http://a b/', 'c'])
  })

  it('is read up to 16 KiB, and the link that reaches beyond is left out', () => {
    const field = '<b>; rel=next, '.repeat(2_000)
    expect(parseLinkHeader(field)).toHaveLength(Math.floor(16_384 / 15))
    expect(parseLinkHeader(`<b>; rel=next, <${'c'.repeat(20_000)}>; rel=last`)).toHaveLength(1)
    expect(parseLinkHeader(`<b>; rel=next, <c>; rel="${'last'.repeat(5_000)}"`)).toHaveLength(1)
  })

  it('never throws, and gives relations in lower case without white space', () => {
    const soup = fc.array(
      fc.constantFrom('<', '>', ';', ',', '=', '"', '\\', ' ', 'rel', 'next', 'title*', "utf-8''%e4", 'ä', 'b'),
    )
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary-ascii' }),
          soup.map((parts) => parts.join('')),
        ),
        fc.boolean(),
        (value, based) => {
          for (const link of parseLinkHeader(value, based ? { url } : {})) {
            expect(link.rel).toMatch(/^[^ \tA-Z]+$/)
            if (based) expect(URL.canParse(link.url)).toBe(true)
          }
        },
      ),
    )
  })

  it('returns what was written', () => {
    const text = fc.string({ unit: 'grapheme-ascii', maxLength: 20 })
    const target = text.map((value) => value.replaceAll('>', ''))
    fc.assert(
      fc.property(fc.array(fc.tuple(target, text), { maxLength: 8 }), (links) => {
        const field = links.map(([to, title]) => `<${to}>; title="${title.replace(/["\\]/g, '\\$&')}"; rel=next`)
        expect(parseLinkHeader(field.join(', '))).toEqual(
          links.map(([to, title]) => ({ url: to, rel: 'next', params: { title } })),
        )
      }),
    )
  })
})
