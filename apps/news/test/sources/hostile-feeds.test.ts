import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { SourceError } from '../../src/model/source.ts'
import { feed } from '../../src/sources/feed.ts'
import { feedsIn } from '../../src/sources/opml.ts'
import { feedLinks } from '../../src/sources/page-links.ts'
import { fetchedAt } from './answer.ts'

const source = feed({ url: 'https://feeds.test/feed.xml' })

/** Titles of the articles of a feed, or the reason why it is refused. */
function titlesIn(body: string | Uint8Array, type = 'text/xml'): string[] | string {
  const value = typeof body === 'string' ? Buffer.from(body) : body
  try {
    const { articles } = source.read(
      source.begin()[0]!,
      { value, headers: { 'content-type': type } } as never,
      fetchedAt,
    )
    for (const { url, publishedAt, title } of articles) {
      expect(url).toMatch(/^https?:/)
      expect(Number.isSafeInteger(publishedAt) && publishedAt <= fetchedAt).toBe(true)
      expect(title.length).toBeLessThan(1_000)
    }
    return articles.map(({ title }) => title)
  } catch (error) {
    if (!(error instanceof SourceError)) throw error
    return error.message
  }
}

const rss = (inner: string, decl = ''): string =>
  `${decl}<rss version="2.0"><channel><title>T</title>${inner}</channel></rss>`
const item = (inner: string): string => rss(`<item><title>a</title><link>https://x.test/1</link>${inner}</item>`)
const json = (items: unknown): string => JSON.stringify({ version: 'https://jsonfeed.org/version/1.1', items })

describe('a feed is read as far as it goes, or refused with a reason:', () => {
  it.each<[string, string | Uint8Array, string[] | string]>([
    ['10,000 elements within each other', item('<b>'.repeat(10_000)), ['a']],
    ['10,000 items within each other', rss('<item><title>a</title>'.repeat(1_001)), Array(1_000).fill('a')],
    ['10,000 attributes', item(`<b ${Array.from({ length: 10_000 }, (_, at) => `a${at}="1"`).join(' ')}/>`), ['a']],
    [
      'nested entities',
      rss(`<item><title>&a;</title></item>`, '<!DOCTYPE r [<!ENTITY a "&b;&b;"><!ENTITY b "&a;&a;">]>'),
      ['&a;'],
    ],
    [
      'an external entity',
      rss('<item><title>&x;</title></item>', '<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]>'),
      ['&x;'],
    ],
    ['null bytes', item('').replaceAll('<title>a', '<title>\0a\0'), ['a']],
    ['a BOM in the middle', item('').replace('<title>a', '<title>\ufeffa'), ['a']],
    ['two declarations', `<?xml version="1.0"?><?xml version="1.0"?>${item('')}`, ['a']],
    ['a script of XSLT before it', `<?xml-stylesheet href="javascript:alert(1)"?>${item('')}`, ['a']],
    ['CDATA in CDATA', rss('<item><title><![CDATA[a<![CDATA[b]]>]]></title></item>'), 'any'],
    ['dates of ten thousand digits', item(`<pubDate>${'9'.repeat(10_000)}</pubDate>`), ['a']],
    ['a date of the year 275760', item('<pubDate>+275760-09-13T00:00:00Z</pubDate>'), ['a']],
    ['a date before Christ', item('<pubDate>-000500-01-01T00:00:00Z</pubDate>'), ['a']],
    ['an id of 1 MB', item(`<guid>${'x'.repeat(1_000_000)}</guid>`), ['a']],
    [
      'an undeclared encoding of Japan',
      Buffer.concat([
        Buffer.from(rss('<item><title>'), 'latin1'),
        Buffer.of(0x93, 0xfa),
        Buffer.from('</title></item>'),
      ]),
      'any',
    ],
    ['UTF-32', Buffer.from([...item('')].flatMap((letter) => [letter.charCodeAt(0), 0, 0, 0])), 'any'],
    ['gzip', gzipSync(item('')), 'the response is not a feed'],
    ['a page', '<!DOCTYPE html><html><body>x</body></html>', 'the response is a web page, not a feed'],
    ['nothing', '', 'the response is empty'],
    ['only a BOM', '\ufeff', 'the response is empty'],
    ['a JSON feed of wrong types', json([1, null, 'x', [], { id: {}, url: 5, title: [], date_published: {} }]), 'any'],
    ['a JSON feed with an object for its items', json({ length: 1e9 }), 'any'],
    ['a JSON feed 100,000 deep', '['.repeat(100_000), 'the response is not a feed'],
    [
      'a JSON feed that changes prototypes',
      '{"version":"https://jsonfeed.org/version/1","items":[{"__proto__":{"id":"1"},"id":"2","content_text":"a"}]}',
      ['a'],
    ],
  ])('%s', (_, body, expected) => {
    const startedAt = performance.now()
    const titles = titlesIn(body, typeof body === 'string' && /^[[{]/.test(body) ? 'application/feed+json' : 'text/xml')
    if (expected !== 'any') expect(titles).toEqual(expected)
    // Quadratic work on these would take minutes.
    expect(performance.now() - startedAt).toBeLessThan(20_000)
  })

  it('a title of 10 MB, which is cut', () => {
    const [title] = titlesIn(rss(`<item><title>${'word '.repeat(2_000_000)}</title></item>`))
    expect(title!.startsWith('word word')).toBe(true)
  })
})

describe('an OPML file', () => {
  const outline = (at: number): string => `<outline xmlUrl="https://x.test/${at}" text="${at}"/>`

  it('of 20,000 feeds gives the first 10,000; one of entities, folders in each other and feeds in feeds is read', () => {
    const many = Array.from({ length: 20_000 }, (_, at) => outline(at)).join('')
    expect(feedsIn(Buffer.from(`<opml><body>${many}</body></opml>`), 'x')).toHaveLength(10_000)
    const deep = `${'<outline text="f">'.repeat(5_000)}${outline(1)}`
    expect(feedsIn(Buffer.from(`<opml><body>${deep}</body></opml>`), 'x').length).toBeLessThanOrEqual(1)
    const lol = `<!DOCTYPE o [<!ENTITY a "${'x'.repeat(1_000)}"><!ENTITY b "${'&a;'.repeat(1_000)}">]><opml><body><outline text="&b;" xmlUrl="https://x.test/&b;"/></body></opml>`
    expect(feedsIn(Buffer.from(lol), 'x').map(({ title }) => title?.length ?? 0)).toEqual([3])
    const nested = '<outline xmlUrl="https://x.test/1"><outline xmlUrl="https://x.test/2"/></outline>'
    expect(feedsIn(Buffer.from(`<opml><body>${nested}</body></opml>`), 'x')).toHaveLength(2)
  })
})

it('a page of 50,000 links, open tags and a base that is none gives few addresses', () => {
  const page = `<base href="javascript:x"><base href="">${'<a href="/feed">'.repeat(50_000)}${'<link rel=alternate type=text/xml href=/x>'.repeat(10)}`
  expect(feedLinks(page, 'https://x.test/')).toEqual({
    alternates: ['https://x.test/x'],
    others: ['https://x.test/feed'],
  })
  expect(feedLinks('<'.repeat(1_000_000), 'https://x.test/')).toEqual({ alternates: [], others: [] })
})
