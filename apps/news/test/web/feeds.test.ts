import { parseFeed as parseOther } from '@rowanmanning/feed-parser'
import { parseAtomFeed, parseJsonFeed, parseOpml, parseRssFeed } from 'feedsmith'
import { describe, expect, it } from 'vitest'
import { article, sampleHealth, story } from './sample-news.ts'
import { smallStore } from './small-store.ts'
import { visitor } from './visitor.ts'

const read = async (path: string): Promise<string> => await (await visitor().get(path)).text()

describe('a feed', () => {
  it('is RSS 2.0 that another parser reads, too', async () => {
    const text = await read('/feed.xml?source=hn')
    const { items, atom, link } = parseRssFeed(text)
    expect(link).toBe('http://localhost/?source=hn')
    expect(atom?.links).toEqual([
      { href: 'http://localhost/feed.xml?source=hn', rel: 'self', type: 'application/rss+xml' },
    ])
    expect(items?.map((item) => item.link)).toEqual([
      'https://guardian.example/5?a=1&b=2',
      'https://hn.example/20?a=1&b=2',
      'https://hn.example/20000?a=1&b=2',
    ])
    expect(items?.[0]).toMatchObject({
      title: 'Chip makers agree on a plug that fits both ways, and in all devices',
      guid: { value: 'tag:news.localhost,2026:story/1', isPermaLink: false },
      pubDate: 'Fri, 20 Nov 2026 11:55:00 GMT',
      categories: [{ name: 'world' }],
    })
    const other = parseOther(text)
    expect(other.meta).toMatchObject({ type: 'rss', version: '2.0' })
    expect(other.items.map(({ title, url, published }) => [title, url, published?.toISOString()])).toEqual([
      [items?.[0]?.title, 'https://guardian.example/5?a=1&b=2', '2026-11-20T11:55:00.000Z'],
      [items?.[1]?.title, 'https://hn.example/20?a=1&b=2', '2026-11-20T11:40:00.000Z'],
      [items?.[2]?.title, 'https://hn.example/20000?a=1&b=2', '2026-11-06T14:40:00.000Z'],
    ])
  })

  it('is Atom that another parser reads, too', async () => {
    const text = await read('/atom.xml?state=read')
    const feed = parseAtomFeed(text)
    expect(feed.id).toBe('http://localhost/atom.xml?state=read')
    expect(feed.updated).toBe('2026-11-20T11:05:00.000Z')
    expect(feed.entries?.map(({ id, links }) => [id, links?.[0]?.href])).toEqual([
      ['tag:news.localhost,2026:story/3', 'https://newsapi.example/55?a=1&b=2'],
      ['tag:news.localhost,2026:story/7', 'https://hn.example/20000?a=1&b=2'],
    ])
    const other = parseOther(text)
    expect(other.meta.type).toBe('atom')
    expect(other.items.map(({ title }) => title)).toEqual(feed.entries?.map(({ title }) => title?.value))
  })

  it('is JSON Feed 1.1', async () => {
    const text = await read('/feed.json?limit=1')
    const { items, feed_url: self } = parseJsonFeed(text)
    expect(JSON.parse(text).version).toBe('https://jsonfeed.org/version/1.1')
    expect(self).toBe('http://localhost/feed.json?limit=1')
    expect(items).toEqual([
      {
        id: 'tag:news.localhost,2026:story/1',
        url: 'https://guardian.example/5?a=1&b=2',
        title: 'Chip makers agree on a plug that fits both ways, and in all devices',
        content_text:
          'What happened is told here in two sentences. The second one says why somebody should read it. (The Guardian, Hacker News)',
        date_published: '2026-11-20T11:55:00.000Z',
        tags: ['world'],
        language: 'en',
      },
    ])
  })

  it('has plain text in RSS that no reader treats as markup', async () => {
    const text = 'a <b>bold</b> & plain claim'
    const store = smallStore([story(1, [article('hn', 1, { title: text, summary: text })])])
    const { get } = visitor({ store })
    const { items } = parseRssFeed(await (await get('/feed.xml')).text())
    expect(items?.[0]?.title).toBe('a &lt;b&gt;bold&lt;/b&gt; &amp; plain claim')
    expect(items?.[0]?.description).toBe('a &lt;b&gt;bold&lt;/b&gt; &amp; plain claim (Hacker News)')
    const { entries } = parseAtomFeed(await (await get('/atom.xml')).text())
    expect([entries?.[0]?.title, entries?.[0]?.summary]).toEqual([
      { value: text, type: 'text' },
      { value: `${text} (Hacker News)`, type: 'text' },
    ])
  })

  it.each(['/feed.xml', '/atom.xml', '/feed.json', '/opml'])(
    'is not sent again if it is unchanged: %s',
    async (path) => {
      const { get } = visitor()
      const etag = (await get(path)).headers.get('etag')!
      const again = await get(path, { 'if-none-match': etag })
      expect([again.status, await again.text()]).toEqual([304, ''])
    },
  )

  it('is well formed without any story', async () => {
    const { get } = visitor({ store: smallStore([]) })
    expect(parseRssFeed(await (await get('/feed.xml')).text()).items ?? []).toEqual([])
    expect(parseAtomFeed(await (await get('/atom.xml')).text()).updated).toBe('1970-01-01T00:00:00.000Z')
    expect(parseJsonFeed(await (await get('/feed.json')).text()).items ?? []).toEqual([])
  })
})

describe('the list of sources', () => {
  it('is OPML: feeds by their own address, others by the feed that is made of them here', async () => {
    const { body } = parseOpml(await read('/opml'))
    expect(sampleHealth).toHaveLength(5)
    expect(body?.outlines?.map(({ text, xmlUrl, htmlUrl }) => [text, xmlUrl, htmlUrl])).toEqual([
      ['blog.example', 'https://blog.example/feed.xml', undefined],
      ['Hacker News', 'http://localhost/feed.xml?source=hn', 'https://hn.example/'],
      ['NewsAPI', 'http://localhost/feed.xml?source=newsapi', undefined],
      ['old', 'http://localhost/feed.xml?source=old', undefined],
      ['The Guardian', 'http://localhost/feed.xml?source=guardian', 'https://www.guardian.example/'],
    ])
    const { body: one } = parseOpml(await read('/opml?source=hn'))
    expect(one?.outlines?.map(({ text }) => text)).toEqual(['Hacker News'])
  })
})
