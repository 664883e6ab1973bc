import { expect, it } from 'vitest'
import type { ArticleContent } from '../../src/model/news.ts'
import { feed } from '../../src/sources/feed.ts'
import { fetchedAt } from './answer.ts'

const source = feed({ url: 'https://feeds.test/x/feed.xml' })
const spaces =
  'xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:media="http://search.yahoo.com/mrss/" xmlns:atom="http://www.w3.org/2005/Atom"'
const inRss = (inner: string): string =>
  `<rss ${spaces}><channel><title>T</title><link>https://blog.test/</link><item><title>a</title><link>/p/1</link>${inner}</item></channel></rss>`
const inAtom = (inner: string, base = ''): string =>
  `<feed xmlns="http://www.w3.org/2005/Atom"${base}><title>T</title><entry><id>1</id><title>a</title><link href="https://blog.test/p/1"/>${inner}</entry></feed>`
const inJson = (item: object): string =>
  JSON.stringify({
    version: 'https://jsonfeed.org/version/1.1',
    items: [{ id: '1', url: 'https://blog.test/p/1', title: 'a', ...item }],
  })

const page = 'https://blog.test/p/1'
const words = 'word '.repeat(300).trim()
const plain: Readonly<Record<string, string>> = { '<': '&lt;', '&': '&amp;' }
const escaped = (html: string): string => html.replaceAll(/[<&]/g, (one) => plain[one]!)

it.each<[string, string, ArticleContent | undefined]>([
  [
    'the description',
    inRss('<description>&lt;p&gt;a &lt;a href="/b"&gt;b&lt;/a&gt;</description>'),
    { html: '<p>a <a href="/b">b</a>', base: page },
  ],
  [
    'content:encoded rather than the description',
    inRss(
      `<description>short</description><content:encoded><![CDATA[<p>long</p><img src="x.png">]]></content:encoded>`,
    ),
    { html: '<p>long</p><img src="x.png">', base: page },
  ],
  ['nothing if it says what the summary says', inRss('<description>only words</description>'), undefined],
  [
    'plain text that is longer than a summary',
    inAtom(`<content>${words}\n\n1 &lt; 2\nend</content>`),
    { html: `<p>${words}</p><p>1 &lt; 2<br>end</p>`, base: page },
  ],
  [
    'XHTML with the base that holds for it',
    inAtom(
      '<content type="xhtml" xml:base="sub/"><div xmlns="http://www.w3.org/1999/xhtml"><img src="a.png" width="1"/></div></content>',
      ' xml:base="https://base.test/"',
    ),
    { html: '<div><img src="a.png" width="1"></div>', base: 'https://base.test/sub/' },
  ],
  [
    'HTML in Atom',
    inAtom(`<summary>s</summary><content type="html">${escaped('<p>a &amp; <img src="/i.png"></p>')}</content>`),
    { html: '<p>a &amp; <img src="/i.png"></p>', base: page },
  ],
  [
    'HTML of JSON Feed, and its attachments',
    inJson({
      content_html: '<p><img src="1.png"></p>',
      attachments: [
        { url: 'https://blog.test/1.mp3', mime_type: 'audio/mpeg', size_in_bytes: 7, title: 'One' },
        { url: 'javascript:x' },
        'none',
      ],
    }),
    {
      html: '<p><img src="1.png"></p>',
      base: page,
      enclosures: [{ url: 'https://blog.test/1.mp3', type: 'audio/mpeg', bytes: 7, title: 'One' }],
    },
  ],
  [
    'enclosures, each once, with type and size',
    inRss(
      '<enclosure url="/1.mp3" type="Audio/MPEG; x" length="1234"/><enclosure url="/1.mp3"/><enclosure url="ftp://x/2" length="-1"/><media:content url="https://blog.test/v.mp4" type="video/mp4" fileSize="5"><media:title>V</media:title></media:content>',
    ),
    {
      enclosures: [
        { url: 'https://blog.test/1.mp3', type: 'audio/mpeg', bytes: 1234 },
        { url: 'https://blog.test/v.mp4', type: 'video/mp4', bytes: 5, title: 'V' },
      ],
    },
  ],
  [
    'enclosures of Atom',
    inAtom('<link rel="enclosure" href="/a.ogg" type="audio/ogg" length="x"/>'),
    { enclosures: [{ url: 'https://feeds.test/a.ogg', type: 'audio/ogg' }] },
  ],
  [
    'the words of Media RSS',
    inRss('<media:group><media:description>one &lt; two\nthree http://x.test/</media:description></media:group>'),
    undefined,
  ],
  [
    'without the images that stand in it',
    inRss(
      `<description>${escaped(`<img src="data:image/png;base64,${'A'.repeat(300_000)}">end <a href="/x">x</a>`)}</description>`,
    ),
    { html: '<img src="data:,">end <a href="/x">x</a>', base: page },
  ],
])('keeps of an item: %s', (_, body, expected) => {
  const answer = { value: new TextEncoder().encode(body), headers: { 'content-type': 'text/xml' } }
  expect(source.read(source.begin()[0]!, answer as never, fetchedAt).articles[0]?.content).toEqual(expected)
})

it('cuts the content of an article to 200,000 characters', () => {
  const body = inRss(`<description>${escaped('<p>x</p>').repeat(50_000)}</description>`)
  const answer = { value: new TextEncoder().encode(body), headers: {} }
  expect(source.read(source.begin()[0]!, answer as never, fetchedAt).articles[0]?.content?.html).toHaveLength(200_000)
})
