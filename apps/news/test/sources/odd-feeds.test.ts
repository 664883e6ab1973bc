import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Article } from '../../src/model/news.ts'
import { feed } from '../../src/sources/feed.ts'
import { reading } from './answer.ts'

const source = feed({ url: 'https://feeds.test/x/feed.xml' })
const link = 'https://blog.test/1'

const namespaces = [
  'xmlns:atom="http://www.w3.org/2005/Atom"',
  'xmlns:a10="http://www.w3.org/2005/Atom"',
  'xmlns:content="http://purl.org/rss/1.0/modules/content/"',
  'xmlns:dc="http://purl.org/dc/elements/1.1/"',
  'xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd"',
  'xmlns:media="http://search.yahoo.com/mrss/"',
  'xmlns:feedburner="http://rssnamespace.org/feedburner/ext/1.0"',
].join(' ')

const rss = (items: string, channel = ''): string =>
  `<?xml version="1.0"?><rss version="2.0" ${namespaces}><channel><title>T</title>${channel}${items}</channel></rss>`
const item = (title: string, href: string, more = ''): string =>
  `<item><title>${title}</title><link>${href}</link>${more}</item>`
const atom = (entry: string, attributes = '', head = ''): string =>
  `<feed xmlns="http://www.w3.org/2005/Atom" ${attributes}><title>T</title>${head}<entry><id>i</id>${entry}</entry></feed>`
const json = (...items: unknown[]): string => JSON.stringify({ version: 'https://jsonfeed.org/version/1.1', items })

async function articlesOf(body: string | Uint8Array, type = 'application/xml'): Promise<readonly Article[]> {
  return (await reading(source, body, { type }))!.articles
}

describe('the link of an item', () => {
  const site = '<link>https://blog.test/blog/</link>'
  it.each([
    ['relative, to the site', rss(item('a', 'p/1'), site), 'https://blog.test/blog/p/1'],
    ['relative, to the feed where no site is named', rss(item('a', 'p/1')), 'https://feeds.test/x/p/1'],
    [
      'relative to its xml:base',
      rss(item('a', 'p/1'), site).replace('<channel>', '<channel xml:base="https://base.test/">'),
      'https://base.test/p/1',
    ],
    [
      'relative to nested bases',
      atom('<title>a</title><link href="1"/>', 'xml:base="https://base.test/x/"').replace(
        '<entry>',
        '<entry xml:base="y/">',
      ),
      'https://base.test/x/y/1',
    ],
    ['without its scheme', rss(item('a', 'www.blog.test/1')), 'https://www.blog.test/1'],
    ['without its scheme, on its site', rss(item('a', 'blog.test/1'), site), link],
    ['of a link of Atom', rss(`<item><title>a</title><atom:link href="${link}"/></item>`), link],
    ['of a link of Atom by another prefix', rss(`<item><title>a</title><a10:link href="${link}"/></item>`), link],
    [
      'of FeedBurner: the original',
      rss(item('a', 'https://proxy.test/1', `<feedburner:origLink>${link}</feedburner:origLink>`)),
      link,
    ],
    ['of its guid', rss(`<item><title>a</title><guid>${link}</guid></item>`), link],
    [
      'of its guid, although that is no permanent link',
      rss(`<item><title>a</title><guid isPermaLink="false">${link}</guid></item>`),
      link,
    ],
    [
      'of its enclosure',
      rss(`<item><title>a</title><guid isPermaLink="false">7</guid><enclosure url="${link}"/></item>`),
      link,
    ],
    [
      'of its media',
      rss(`<item><title>a</title><media:group><media:content url="${link}"/></media:group></item>`),
      link,
    ],
    ['of its id in Atom', atom('<title>a</title>').replace('<id>i</id>', `<id>${link}</id>`), link],
    ['of its content in Atom', atom(`<title>a</title><content src="${link}"/>`), link],
    [
      'the page among alternates',
      atom(
        `<title>a</title><link rel="alternate" type="application/json" href="/api"/><link type="text/html" href="${link}"/>`,
      ),
      link,
    ],
    [
      'the alternate, not what stands before it',
      atom(`<title>a</title><link rel="replies" href="/r"/><link rel="enclosure" href="/e"/><link href="${link}"/>`),
      link,
    ],
    ['of its attachment', json({ id: 1, title: 'a', attachments: [{ url: link }] }), link],
    ['of its id in a JSON Feed', json({ id: link, title: 'a' }), link],
    ['with a reference that lacks its end', rss(item('a', `${link}?a=1&copy=2&lt=3`)), `${link}?a=1&copy=2&lt=3`],
    ['with white space around it', rss(item('a', `\n  ${link}\n`)), link],
    ['never a script', rss(item('a', 'javascript:alert(1)'), site), 'https://blog.test/blog/'],
    ['none: that of the site', rss('<item><title>a</title></item>', site), 'https://blog.test/blog/'],
    ['none, and no site: that of the feed', rss('<item><title>a</title></item>'), 'https://feeds.test/x/feed.xml'],
  ])('is %s', async (_, body, url) => {
    expect((await articlesOf(body)).map((article) => article.url)).toEqual([url])
  })

  it('tells items without an id apart, in their fragments and parameters too', async () => {
    const items = ['#a', '#b', '?ref=a', '?ref=b'].map((end) => item('a', `${link}${end}`)).join('')
    expect(new Set((await articlesOf(rss(items))).map(({ sourceId }) => sourceId)).size).toBe(4)
  })

  it('does not matter for items without a link: their words tell them apart, each time in the same way', async () => {
    const body = rss(
      '<item><title>one</title></item><item><title>two</title></item><item><description>x</description></item>',
    )
    const ids = (await articlesOf(body)).map(({ sourceId }) => sourceId)
    expect(new Set(ids).size).toBe(3)
    expect((await articlesOf(body)).map(({ sourceId }) => sourceId)).toEqual(ids)
  })
})

describe('the title of an item', () => {
  it.each([
    ['AT&amp;amp;T', 'AT&T'],
    ['<![CDATA[AT&amp;T &#8220;x&#8221;]]>', 'AT&T “x”'],
    ['Link: <![CDATA[That&#8217;s it]]> now', 'Link: That’s it now'],
    ['Use &lt;dialog&gt; and &lt;/head&gt; now', 'Use <dialog> and </head> now'],
    ['Why Vec&lt;T&gt; grows', 'Why Vec<T> grows'],
    ['The &lt;b&gt; element', 'The <b> element'],
    ['A &lt;b&gt;bold&lt;/b&gt; move&lt;br&gt;here', 'A bold move here'],
    ['&lt;a href="x"&gt;A link', 'A link'],
    ['A <b>bold</b> move', 'A bold move'],
    ['&#x3C;16s in the UK', '<16s in the UK'],
    ['1 &lt; 2 and 3 &gt; 2', '1 < 2 and 3 > 2'],
    ['caf&eacute;&nbsp;ol&eacute;', 'café olé'],
    ['It&#146;s', 'It’s'],
    ['Tom & Jerry', 'Tom & Jerry'],
    ['a&lt;script&gt;alert(1)&lt;/script&gt;b', 'ab'],
  ])('%j is %s', async (title, text) => {
    expect((await articlesOf(rss(item(title, link))))[0]?.title).toBe(text)
  })

  it.each([
    ['text', '<title type="text">Use &lt;dialog&gt; &amp;amp; more</title>', 'Use <dialog> &amp; more'],
    ['HTML', '<title type="html">A &lt;em&gt;b&lt;/em&gt; &amp;amp; c</title>', 'A b & c'],
    [
      'XHTML',
      '<title type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">A <em>b</em> &lt; c</div></title>',
      'A b < c',
    ],
    ['escaped, as in Atom 0.3', '<title mode="escaped" type="text/html">A &lt;b&gt;b&lt;/b&gt;</title>', 'A b'],
  ])('of Atom is %s', async (_, title, text) => {
    expect((await articlesOf(atom(`${title}<link href="${link}"/>`)))[0]?.title).toBe(text)
  })

  it.each([
    ['of iTunes', '<itunes:title>a</itunes:title>', 'a'],
    ['of Dublin Core', '<dc:title>a</dc:title>', 'a'],
    [
      'not that of its media',
      '<media:content url="x"><media:title>b</media:title></media:content><title>a</title>',
      'a',
    ],
    ['not that of its image', '<image><title>b</title><url>x</url></image><title>a</title>', 'a'],
    ['the beginning of its text', '<title/><description>a</description>', 'a'],
    ['what its image shows', '<description>&lt;img src="x" alt="A cat"&gt;</description>', 'A cat'],
    ['its address, if it has no words', '', 'blog.test/1'],
  ])('is %s', async (_, inner, title) => {
    expect((await articlesOf(rss(`<item><link>${link}</link>${inner}</item>`)))[0]?.title).toBe(title)
  })
})

describe('an item', () => {
  it.each([
    [
      'a summary that is no image',
      '<description>&lt;img src="x"&gt;</description><content:encoded>&lt;p&gt;Hi</content:encoded>',
      { summary: 'Hi' },
    ],
    ['a summary of iTunes', '<itunes:summary>Hi</itunes:summary>', { summary: 'Hi' }],
    [
      'a description of its media',
      '<media:group><media:description>Hi</media:description></media:group>',
      { summary: 'Hi' },
    ],
    ['an author without a mail address', '<author>joe@x.test (Joe Doe)</author>', { author: 'Joe Doe' }],
    ['an author of iTunes', '<itunes:author>Joe Doe</itunes:author>', { author: 'Joe Doe' }],
    [
      'the first date that can be read',
      '<pubDate>soon</pubDate><dc:date>2004-01-01</dc:date>',
      { publishedAt: Date.UTC(2004, 0, 1) },
    ],
    [
      'a date in small letters',
      '<pubdate>Thu, 01 Jan 2004 00:00:00 GMT</pubdate>',
      { publishedAt: Date.UTC(2004, 0, 1) },
    ],
    ['a date of Atom', '<a10:updated>2004-01-01T00:00:00Z</a10:updated>', { publishedAt: Date.UTC(2004, 0, 1) }],
  ])('has %s', async (_, inner, expected) => {
    expect((await articlesOf(rss(item('a', link, inner))))[0]).toMatchObject(expected)
  })

  it('has the author of its Atom feed, and of a JSON Feed of version 1', async () => {
    const head = '<author><name>Joe Doe</name></author>'
    expect((await articlesOf(atom('<title>a</title>', '', head)))[0]?.author).toBe('Joe Doe')
    const item = { id: 1, url: link, title: 'a', author: { name: 'Joe Doe' }, date_modified: '2004-01-01' }
    expect((await articlesOf(json(null, 'x', item)))[0]).toMatchObject({
      author: 'Joe Doe',
      publishedAt: Date.UTC(2004, 0, 1),
    })
  })
})

describe('the encoding of a feed', () => {
  const bytes = (declaration: string, ...title: number[]): Uint8Array =>
    Buffer.concat([
      Buffer.from(`${declaration}<rss><channel><item><title>`),
      Buffer.from(title),
      Buffer.from(`</title><link>${link}</link></item></channel></rss>`),
    ])
  const declared = (name: string): string => `<?xml version="1.0" encoding="${name}"?>`
  const utf16 = (text: string): Buffer => Buffer.from(text, 'utf16le')
  const whole = rss(item('Hé', link))

  it.each<[string, Uint8Array | string, string, string]>([
    ['declared in XML', bytes(declared('koi8-r'), 0xf0, 0xd2, 0xc9), 'text/xml', 'При'],
    ['declared in HTTP', bytes('', 0x93, 0xfa, 0x96, 0x7b), 'text/xml; charset=Shift_JIS', '日本'],
    ['by another name', bytes(declared('CP1251'), 0xcf, 0xf0, 0xe8), 'text/xml', 'При'],
    [
      'of XML where HTTP has the default of a server',
      bytes(declared('windows-1251'), 0xcf, 0xf0, 0xe8),
      'text/xml; charset=ISO-8859-1',
      'При',
    ],
    [
      'of seven bits',
      bytes(declared('iso-2022-jp'), 0x1b, 0x24, 0x42, 0x46, 0x7c, 0x4b, 0x5c, 0x1b, 0x28, 0x42),
      'text/xml',
      '日本',
    ],
    ['windows-1252, undeclared', bytes('', 0x93, 0x48, 0xe9, 0x94), 'text/xml', '“Hé”'],
    ['windows-1252, declared UTF-8', bytes(declared('utf-8'), 0x48, 0xe9), 'text/xml; charset=utf-8', 'Hé'],
    ['UTF-8, declared otherwise', whole, 'text/xml; charset=iso-8859-1', 'Hé'],
    ['UTF-8, declared UTF-16', `${declared('utf-16')}${whole.slice(21)}`, 'text/xml', 'Hé'],
    ['UTF-8 with a wrong byte', bytes('', 0xc3, 0xa9, 0xc3, 0xa9, 0xff), 'text/xml', 'éé\uFFFD'],
    ['UTF-16 with a mark', Buffer.concat([Buffer.from([0xfe, 0xff]), utf16(whole).swap16()]), 'text/xml', 'Hé'],
    ['UTF-16 without a mark', utf16(whole), 'text/xml', 'Hé'],
    ['nobody knows', `${declared('none')}${whole.slice(21)}`, 'text/xml; charset=klingon', 'Hé'],
  ])('is that which is %s', async (_, body, type, title) => {
    expect((await articlesOf(body, type)).map((article) => article.title)).toEqual([title])
  })
})

describe('an ill-formed feed', () => {
  const b = item('b', 'https://blog.test/2')
  const two = rss(item('a', link) + b)
  const wellFormed = [
    [
      'of capitals',
      two.replaceAll(/<(\/?)(rss|channel|item|title|link)/g, (_, end, name) => `<${end}${name.toUpperCase()}`),
    ],
    ['in a namespace', two.replace('version="2.0"', 'xmlns="http://backend.userland.com/rss2"')],
    [
      'with another prefix',
      '<x:feed xmlns:x="http://www.w3.org/2005/Atom"><x:entry><x:title>a</x:title></x:entry><x:entry><x:title>b</x:title></x:entry></x:feed>',
    ],
    ['with its items beside the channel', two.replace('</channel>', '').replace(/(?=<item>)/, '</channel>')],
    [
      'of CDF',
      `<Channel HREF="https://blog.test/"><Title>T</Title><Item HREF="/1"><Title>a</Title></Item><Item HREF="/2"><Title>b</Title></Item></Channel>`,
    ],
    ['after a comment and a document type', `\n<!-- x --><!DOCTYPE rss [<!ENTITY x "y">]>${two}`],
  ] as const
  const mended = [
    ['after a warning', `<br />\n<b>Warning</b>: foo in <b>/x.php\n${two}`],
    ['without its end', two.replace('</channel></rss>', '')],
    ['whose second item is open', two.replace('</item></channel></rss>', '')],
    [
      'with elements that are not closed',
      rss(item('a', link, '<description>x<br>y<img src=z></description>') + b, '<itunes:category text="x">'),
    ],
    ['whose items are not closed', two.replace('</item><item>', '<item>')],
  ] as const

  it.each([...wellFormed, ...mended])('%s gives its items', async (_, body) => {
    expect((await articlesOf(body)).map(({ title }) => title)).toEqual(['a', 'b'])
  })

  it.each(mended)('%s is said to be mended', async (_, body) => {
    expect(await reading(source, body)).toMatchObject({ isMended: true })
  })

  it.each(wellFormed)('%s is not said to be mended', async (_, body) => {
    expect((await reading(source, body))?.isMended).toBeUndefined()
  })

  it.each([
    ['cut off within an item', two.slice(0, two.indexOf('<title>b') + 8)],
    ['with text that is not closed', two.replace('<title>b', '<title><![CDATA[b')],
  ])('%s gives the items before that', async (_, body) => {
    expect((await articlesOf(body)).map(({ title }) => title)).toEqual(['a'])
  })

  it('with an end of another name gives the other items as they are', async () => {
    const read = await articlesOf(rss(`<item><title>a</titel><link>${link}</link></item>${b}`))
    expect(read.map(({ title, url }) => [title, url])).toEqual([
      ['a', link],
      ['b', 'https://blog.test/2'],
    ])
  })

  it('cut at any place or with any character changed is read or refused, and gives no link but those of the web', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(two.length), fc.nat(two.length), fc.string({ maxLength: 3 }), async (end, at, text) => {
        const body = (two.slice(0, at) + text + two.slice(at + text.length)).slice(0, end)
        const read = await articlesOf(body).catch((error: Error) => {
          expect(error.name).toBe('SourceError')
          return []
        })
        for (const { url } of read) expect(url).toMatch(/^https?:/)
      }),
    )
  })
})

it('the newest thousand of a longer feed are kept, in its order, whatever that is', async () => {
  const day = (n: number): string => new Date(Date.UTC(2020, 0, 1 + n)).toISOString()
  const items = Array.from({ length: 1_100 }, (_, n) => item(`n${n}`, `${link}?n=${n}`, `<dc:date>${day(n)}</dc:date>`))
  const read = await articlesOf(rss(items.join('')))
  expect([read.length, read[0]?.title, read.at(-1)?.title]).toEqual([1_000, 'n100', 'n1099'])
})
