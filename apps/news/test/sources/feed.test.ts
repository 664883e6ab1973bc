import { SettingsError } from 'sluice'
import { describe, expect, it } from 'vitest'
import { feed } from '../../src/sources/feed.ts'
import { reading } from './answer.ts'

const source = feed({ url: 'https://blog.test/feed.xml' })
const article = {
  source: 'https://blog.test/feed.xml',
  sourceId: 'id-1',
  url: 'https://blog.test/p/1',
  title: 'Bread & <salt>',
  summary: 'one two',
  author: 'Ann',
  publishedAt: Date.UTC(2026, 0, 9, 10),
  language: 'en-gb',
  section: 'Food',
}

const rss = `<?xml version="1.0"?>
<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>Blog</title><link>https://blog.test/</link>
<language>en-GB</language><ttl>90</ttl>
<item><title>Bread &amp;amp; &amp;lt;salt&amp;gt;</title><link>/p/1</link><guid isPermaLink="false">id-1</guid>
<pubDate>Fri, 09 Jan 2026 10:00:00 GMT</pubDate><description><![CDATA[<p>one</p><p>two</p><script>x()</script>]]></description>
<dc:creator>Ann</dc:creator><category>Food</category></item>
<item><title>No link: leads to the site</title></item></channel></rss>`

const atom = `<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en-GB"><title>Blog</title><id>b</id><updated>2026-01-09T10:00:00Z</updated>
<entry><id>id-1</id><title>Bread &amp; &lt;salt&gt;</title><link rel="self" href="/feed"/><link href="https://blog.test/p/1"/>
<published>2026-01-09T10:00:00Z</published><updated>2026-01-09T11:00:00Z</updated><summary type="html">&lt;p&gt;one&lt;/p&gt;&lt;p&gt;two</summary>
<author><name>Ann</name></author><category term="Food"/></entry></feed>`

const rdf = `<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/">
<channel rdf:about="https://blog.test/"><title>Blog</title><link>https://blog.test/</link><dc:language>en-GB</dc:language></channel>
<item rdf:about="id-1"><title>Bread &amp;amp; &amp;lt;salt&amp;gt;</title><link>https://blog.test/p/1</link><description>one two</description>
<dc:date>2026-01-09T10:00:00Z</dc:date><dc:creator>Ann</dc:creator><dc:subject>Food</dc:subject></item></rdf:RDF>`

const json = JSON.stringify({
  version: 'https://jsonfeed.org/version/1.1',
  title: 'Blog',
  language: 'en-GB',
  items: [
    {
      id: 'id-1',
      url: '/p/1',
      title: 'Bread & <salt>',
      content_html: '<p>one</p>two',
      date_published: '2026-01-09T10:00:00Z',
      authors: [{ name: 'Ann' }],
      tags: ['Food'],
    },
  ],
})

describe('a feed', () => {
  it.each([
    ['RSS', rss, { title: 'Blog', refreshAfter: 90 * 60_000 }],
    ['Atom', atom, { title: 'Blog' }],
    ['RDF', rdf, { title: 'Blog', homepage: 'https://blog.test/' }],
    ['JSON', json, { title: 'Blog' }],
  ])('in %s gives clean articles, and what it says of itself', async (_name, body, about) => {
    const read = await reading(source, body, { type: 'text/plain' })
    expect(read).toEqual({ articles: read!.articles, missing: 0, about: { ...read!.about, ...about } })
    expect(read!.articles[0]).toEqual(article)
  })

  it.each([
    ['its content type', 'text/xml; charset=iso-8859-1', '<?xml version="1.0"?>'],
    ['its declaration', 'text/xml', '<?xml version="1.0" encoding="ISO-8859-1"?>'],
    [
      'its declaration, where the type names nothing known',
      'text/xml; charset=klingon',
      '<?xml version="1.0" encoding="latin1"?>',
    ],
  ])('is decoded from %s', async (_name, type, declaration) => {
    const text = `${declaration}<rss version="2.0"><channel><title>x</title><item><title>Café</title><guid>https://x.test/1</guid></item></channel></rss>`
    const read = await reading(source, new Uint8Array(Buffer.from(text, 'latin1')), { type })
    expect(read?.articles[0]).toMatchObject({ title: 'Café', url: 'https://x.test/1' })
  })

  it('whose items all have the same id tells them apart by their URLs too', async () => {
    const item = (n: number) =>
      `<item><title>${n}</title><guid isPermaLink="false">same</guid><link>https://x.test/${n}</link></item>`
    const read = await reading(
      source,
      `<rss version="2.0"><channel><title>x</title>${item(1)}${item(2)}</channel></rss>`,
    )
    expect(read?.articles.map(({ sourceId }) => sourceId)).toEqual(['same https://x.test/1', 'same https://x.test/2'])
  })

  it.each([
    ['<!doctype html><html><body>Welcome</body></html>', 'the response is a web page, not a feed'],
    ['<rss><channel><title>x', 'the response is not a feed'],
    ['', 'the response is empty'],
    ['{"a":1}', 'the response is not a feed'],
  ])('that is %s is reported', async (body, message) => {
    await expect(reading(source, body)).rejects.toMatchObject({ name: 'SourceError', kind: 'malformed', message })
  })

  it('is read up to a thousand items', async () => {
    const items = Array.from(
      { length: 1_200 },
      (_, n) => `<item><title>${n}</title><guid>https://x.test/${n}</guid></item>`,
    )
    const read = await reading(source, `<rss version="2.0"><channel><title>x</title>${items.join('')}</channel></rss>`)
    expect([read?.articles.length, read?.missing]).toEqual([1_000, 0])
  })

  it('does not expand an entity bomb', async () => {
    const bomb = `<?xml version="1.0"?><!DOCTYPE r [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;">]>
      <rss version="2.0"><channel><title>x</title><item><title>&c;</title><guid>https://x.test/1</guid></item></channel></rss>`
    const read = await reading(source, bomb).catch((error: unknown) => error)
    expect(JSON.stringify(read).length).toBeLessThan(500)
  })

  it.each(['ftp://x.test/feed', 'blog', 'javascript:1'])('cannot be at %s', (url) => {
    expect(() => feed({ url })).toThrow(SettingsError)
  })
})
