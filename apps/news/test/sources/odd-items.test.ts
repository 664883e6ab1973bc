import { describe, expect, it } from 'vitest'
import type { Article } from '../../src/model/news.ts'
import { feed } from '../../src/sources/feed.ts'
import { fetchedAt } from './answer.ts'

const source = feed({ url: 'https://feeds.test/x/feed.xml' })
const encoder = new TextEncoder()

/** The only article of a feed. */
function articleOf(body: string): Partial<Article> | undefined {
  const answer = { value: encoder.encode(body), headers: { 'content-type': 'text/xml' } }
  return source.read(source.begin()[0]!, answer as never, fetchedAt).articles[0]
}

const spaces =
  'xmlns:atom="http://www.w3.org/2005/Atom" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd" xmlns:media="http://search.yahoo.com/mrss/" xmlns:slash="http://purl.org/rss/1.0/modules/slash/" xmlns:thr="http://purl.org/syndication/thread/1.0"'
const inRss = (inner: string): string =>
  `<rss version="2.0" ${spaces}><channel><title>T</title><link>https://blog.test/</link><item>${inner}</item></channel></rss>`
const inAtom = (inner: string): string =>
  `<feed xmlns="http://www.w3.org/2005/Atom"><title>T</title><entry>${inner}</entry></feed>`
const inJson = (item: object): string =>
  JSON.stringify({ version: 'https://jsonfeed.org/version/1.1', home_page_url: 'https://blog.test/', items: [item] })

type Row = readonly [what: string, inner: string, expected: Partial<Article>]

const page = 'https://blog.test/1'
const t = '<title>a</title>'
const l = `<link>${page}</link>`
const url = page

describe.each<[string, (inner: string) => string, readonly Row[]]>([
  [
    'an item of RSS',
    inRss,
    [
      ['link in CDATA', `${t}<link><![CDATA[${page}]]></link>`, { url }],
      ['link with &amp;', `${t}<link>https://blog.test/?a=1&amp;b=2</link>`, { url: 'https://blog.test/?a=1&b=2' }],
      ['link with a bare &', `${t}<link>https://blog.test/?a=1&b=2</link>`, { url: 'https://blog.test/?a=1&b=2' }],
      ['link with doubled escapes', `${t}<link>https://blog.test/?a=1&amp;amp;b=2</link>`, { title: 'a' }],
      ['link with spaces inside', `${t}<link>https://blog.test/a b</link>`, { url: 'https://blog.test/a%20b' }],
      ['link with a line break inside', `${t}<link>https://blog.test/\n1</link>`, { url }],
      ['link with letters beyond ASCII', `${t}<link>https://blog.test/é</link>`, { url: 'https://blog.test/%C3%A9' }],
      [
        'link with an international host',
        `${t}<link>https://bücher.test/</link>`,
        { url: 'https://xn--bcher-kva.test/' },
      ],
      ['link in capitals', `${t}<link>HTTPS://BLOG.TEST/1</link>`, { url }],
      ['link with credentials', `${t}<link>https://u:p@blog.test/1</link>`, { url }],
      ['link of no scheme at all', `${t}<link>//blog.test/1</link>`, { url }],
      ['link of a data URL', `${t}<link>data:text/html,x</link><guid>${page}</guid>`, { url }],
      ['link of mailto', `${t}<link>mailto:a@b.test</link><guid>${page}</guid>`, { url }],
      ['link of ftp', `${t}<link>ftp://x.test/1</link><guid>${page}</guid>`, { url }],
      ['link with the IPv6 of nobody', `${t}<link>http://[::g]/</link><guid>${page}</guid>`, { url }],
      ['empty link and a guid', `${t}<link/><guid>${page}</guid>`, { url }],
      ['link with href, as in Atom', `${t}<link href="${page}"/>`, { url }],
      ['two links: the first', `${t}${l}<link>https://blog.test/2</link>`, { url }],
      ['links of Atom and of RSS', `${t}<atom:link rel="self" href="https://x.test/"/>${l}`, { url }],
      ['guid with isPermaLink="TRUE"', `${t}<guid isPermaLink="TRUE">${page}</guid>`, { url, sourceId: page }],
      ['guid with white space', `${t}${l}<guid>\n 7 \n</guid>`, { sourceId: '7' }],
      ['guid in CDATA', `${t}${l}<guid><![CDATA[7]]></guid>`, { sourceId: '7' }],
      ['guid that is empty', `${t}${l}<guid></guid>`, { sourceId: page }],
      ['guid that is a path', `${t}<guid>/1</guid>`, { url }],
      [
        'guid that is a tag URI',
        `${t}${l}<guid>tag:blog.test,2020:1</guid>`,
        { sourceId: 'tag:blog.test,2020:1', url },
      ],
      ['id instead of a guid', `${t}${l}<id>7</id>`, { sourceId: '7' }],
      ['comments as its only link', `${t}<comments>${page}</comments>`, { url }],
      ['enclosure as its only link', `${t}<enclosure url="${page}" type="audio/mpeg" length=""/>`, { url }],
      ['enclosure without an address', `${t}${l}<enclosure type="audio/mpeg"/>`, { url }],
      ['source of its own', `${t}${l}<source url="https://x.test/f">Other</source>`, { title: 'a', url }],
      ['title after everything else', `${l}<description>x</description>${t}`, { title: 'a', summary: 'x' }],
      ['two titles: the first with words', `<title/><title>b</title>${l}`, { title: 'b' }],
      ['title of white space', `<title> \n\t </title>${l}<description>x</description>`, { title: 'x' }],
      ['title with a line break', `<title>a\n b</title>${l}`, { title: 'a b' }],
      ['title in HTML', `<title>&lt;p&gt;a &lt;i&gt;b&lt;/i&gt;&lt;/p&gt;</title>${l}`, { title: 'a b' }],
      ['title with an emoji as a reference', `<title>&#128512; &#x1F600;</title>${l}`, { title: '😀 😀' }],
      ['title with half an emoji as a reference', `<title>a&#xD83D;</title>${l}`, { title: 'a\uFFFD' }],
      ['title with a NUL', `<title>a\0b</title>${l}`, { url }],
      ['title with a control character', `<title>a\u0008b</title>${l}`, { title: 'a b' }],
      ['title with a direction mark', `<title>a\u202Eb</title>${l}`, { title: 'a b' }],
      ['title with a soft hyphen', `<title>a\u00ADb</title>${l}`, { title: 'a\u00ADb' }],
      ['title with a byte order mark', `<title>\uFEFFa</title>${l}`, { title: 'a' }],
      ['title with an unknown entity', `<title>a &foo; b</title>${l}`, { title: 'a &foo; b' }],
      ['title with an entity of HTML 5', `<title>a &hellip; &ndash; b</title>${l}`, { title: 'a … – b' }],
      ['title with entities without a semicolon', `<title>Q&A</title>${l}`, { title: 'Q&A' }],
      ['title with a CDATA in HTML', `<title><![CDATA[<b>a</b> & b]]></title>${l}`, { title: 'a & b' }],
      ['title with CDATA twice', `<title><![CDATA[a]]><![CDATA[ b]]></title>${l}`, { title: 'a b' }],
      ['title with a comment in it', `<title>a<!-- x --> b</title>${l}`, { title: 'a b' }],
      ['title with a style', `<title>a&lt;style&gt;p{}&lt;/style&gt;</title>${l}`, { title: 'a' }],
      ['title of a number', `<title>0</title>${l}`, { title: '0' }],
      ['title of another language', `<title>日本語のタイトル</title>${l}`, { title: '日本語のタイトル' }],
      ['title to be read from right to left', `<title>שלום</title>${l}`, { title: 'שלום' }],
      ['title with marks after letters', `<title>e\u0301</title>${l}`, { title: 'e\u0301' }],
      ['title with a plus and a percent', `<title>100% + 5</title>${l}`, { title: '100% + 5' }],
      ['title with quotes', `<title>&quot;a&quot; &apos;b&apos; &#39;c&#39;</title>${l}`, { title: `"a" 'b' 'c'` }],
      [
        'description with a script',
        `${t}${l}<description>&lt;script&gt;x()&lt;/script&gt;y</description>`,
        { summary: 'y' },
      ],
      ['description with a comment', `${t}${l}<description>&lt;!-- x --&gt;y</description>`, { summary: 'y' }],
      [
        'description with paragraphs',
        `${t}${l}<description>&lt;p&gt;x&lt;/p&gt;&lt;p&gt;y&lt;/p&gt;</description>`,
        { summary: 'x y' },
      ],
      [
        'description with a list',
        `${t}${l}<description>&lt;ul&gt;&lt;li&gt;x&lt;li&gt;y&lt;/ul&gt;</description>`,
        { summary: 'x y' },
      ],
      [
        'description with markup that is not escaped',
        `${t}${l}<description><p>x <b>y</b></p></description>`,
        { summary: 'x y' },
      ],
      ['description escaped twice', `${t}${l}<description>&amp;lt;p&amp;gt;x</description>`, { summary: '<p>x' }],
      ['description that is a template', `${t}${l}<description>{{ x }}</description>`, { summary: '{{ x }}' }],
      ['content only', `${t}${l}<content:encoded><![CDATA[<p>x</p>]]></content:encoded>`, { summary: 'x' }],
      ['content of Atom in RSS', `${t}${l}<atom:content type="html">&lt;p&gt;x</atom:content>`, { summary: 'x' }],
      ['summary of iTunes', `${t}${l}<itunes:summary>x</itunes:summary>`, { summary: 'x' }],
      ['subtitle of iTunes', `${t}${l}<itunes:subtitle>x</itunes:subtitle>`, { summary: 'x' }],
      ['description of media', `${t}${l}<media:description>x</media:description>`, { summary: 'x' }],
      ['creator in CDATA', `${t}${l}<dc:creator><![CDATA[Joe]]></dc:creator>`, { author: 'Joe' }],
      ['author with a name and an address', `${t}${l}<author>Joe &lt;j@x.test&gt;</author>`, { author: 'Joe' }],
      ['author that is an address only', `${t}${l}<author>j@x.test</author>`, { author: 'j@x.test' }],
      ['author with a name of Atom in it', `${t}${l}<author><name>Joe</name></author>`, { author: 'Joe' }],
      ['two creators: the first', `${t}${l}<dc:creator>A</dc:creator><dc:creator>B</dc:creator>`, { author: 'A' }],
      ['category in CDATA', `${t}${l}<category><![CDATA[A & B]]></category>`, { section: 'A & B' }],
      ['category with a domain', `${t}${l}<category domain="x">A</category>`, { section: 'A' }],
      ['empty category before another', `${t}${l}<category/><category>A</category>`, { section: 'A' }],
      ['category of iTunes', `${t}${l}<category text="A"/>`, { section: 'A' }],
      ['subject of Dublin Core', `${t}${l}<dc:subject>A</dc:subject>`, { section: 'A' }],
      ['language with an underscore', `${t}${l}<dc:language>en_GB</dc:language>`, { language: 'en-gb' }],
      ['language that is none', `${t}${l}<dc:language>English please</dc:language>`, { language: undefined }],
      [
        'elements of nobody',
        `${t}${l}<x:y xmlns:x="urn:x"><x:title>no</x:title></x:y><slash:comments>3</slash:comments>`,
        { title: 'a' },
      ],
      ['a title within another element', `<image><title>no</title></image>${t}${l}`, { title: 'a' }],
      ['an undeclared prefix', `${t}${l}<foo:bar>x</foo:bar>`, { title: 'a', url }],
      ['attributes without quotes', `${t}${l}<guid isPermaLink=false>7</guid>`, { sourceId: '7' }],
      ['attributes in single quotes', `${t}${l}<guid isPermaLink='false'>7</guid>`, { sourceId: '7' }],
      ['an attribute twice', `${t}${l}<guid isPermaLink="false" isPermaLink="true">7</guid>`, { sourceId: '7' }],
      ['a processing instruction', `<?x y?>${t}${l}`, { title: 'a' }],
      ['a space before the end of a tag', `<title >a</title >${l}`, { title: 'a' }],
      [
        'a date in CDATA',
        `${t}${l}<pubDate><![CDATA[Thu, 01 Jan 2004 10:00:00 GMT]]></pubDate>`,
        { publishedAt: Date.UTC(2004, 0, 1, 10) },
      ],
      [
        'an empty date before another',
        `${t}${l}<pubDate/><dc:date>2004-01-01T10:00Z</dc:date>`,
        { publishedAt: Date.UTC(2004, 0, 1, 10) },
      ],
      ['a date of the epoch', `${t}${l}<pubDate>Thu, 01 Jan 1970 00:00:00 GMT</pubDate>`, { publishedAt: fetchedAt }],
      ['a date in the future', `${t}${l}<pubDate>Thu, 01 Jan 2099 00:00:00 GMT</pubDate>`, { publishedAt: fetchedAt }],
      ['no date', `${t}${l}`, { publishedAt: fetchedAt }],
    ],
  ],
  [
    'an entry of Atom',
    inAtom,
    [
      ['alternate without a type', `${t}<link rel="alternate" href="${page}"/>`, { url }],
      ['alternate in capitals', `${t}<link rel="ALTERNATE" href="${page}"/>`, { url }],
      ['rel as a URI', `${t}<link rel="http://www.iana.org/assignments/relation/alternate" href="${page}"/>`, { url }],
      [
        'edit and self before the page',
        `${t}<link rel="edit" href="/e"/><link rel="self" href="/s"/><link href="${page}"/>`,
        { url },
      ],
      ['self only', `${t}<link rel="self" href="${page}"/>`, { url }],
      ['related only', `${t}<link rel="related" href="${page}"/>`, { url }],
      ['enclosure only', `${t}<link rel="enclosure" href="${page}"/>`, { url }],
      ['link as text, as in RSS', `${t}<link>${page}</link>`, { url }],
      ['link without href', `${t}<link rel="alternate"/><id>${page}</id>`, { url }],
      ['link with an empty href', `${t}<link href=""/><id>${page}</id>`, { url }],
      ['AMP beside the page', `${t}<link rel="amphtml" href="/amp"/><link href="${page}"/>`, { url }],
      [
        'alternates in two languages: the first',
        `${t}<link href="${page}" hreflang="en"/><link href="/2" hreflang="de"/>`,
        { url },
      ],
      ['id with white space', `${t}<id> urn:1 </id><link href="${page}"/>`, { sourceId: 'urn:1' }],
      [
        'id of a UUID',
        `${t}<id>urn:uuid:1225c695-cfb8</id><link href="${page}"/>`,
        { sourceId: 'urn:uuid:1225c695-cfb8' },
      ],
      ['no id', `${t}<link href="${page}"/>`, { sourceId: page }],
      [
        'title in HTML with entities',
        `<title type="html">caf&amp;eacute;</title><link href="${page}"/>`,
        { title: 'café' },
      ],
      [
        'title of a MIME type',
        `<title type="text/html">&lt;b&gt;a&lt;/b&gt;</title><link href="${page}"/>`,
        { title: 'a' },
      ],
      [
        'title in XHTML with a prefix',
        `<title type="xhtml"><h:div xmlns:h="http://www.w3.org/1999/xhtml">a <h:b>b</h:b></h:div></title><link href="${page}"/>`,
        { title: 'a b' },
      ],
      ['title with CDATA and no type', `<title><![CDATA[a & b]]></title><link href="${page}"/>`, { title: 'a & b' }],
      ['title with an unknown type', `<title type="x">a</title><link href="${page}"/>`, { title: 'a' }],
      ['title that is empty, and content', `<title/><content>x</content><link href="${page}"/>`, { title: 'x' }],
      [
        'summary and content',
        `${t}<content type="html">y</content><summary>x</summary><link href="${page}"/>`,
        { summary: 'x' },
      ],
      [
        'content in XHTML',
        `${t}<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>x</p><p>y</p></div></content><link href="${page}"/>`,
        { summary: 'x y' },
      ],
      ['content elsewhere', `${t}<content src="${page}" type="text/html"/>`, { url }],
      [
        'content of an image',
        `${t}<content type="image/png">iVBORw0KGgo=</content><link href="${page}"/>`,
        { title: 'a' },
      ],
      ['author with a name only', `${t}<author><name>Joe</name></author><link href="${page}"/>`, { author: 'Joe' }],
      ['author without a name', `${t}<author><email>j@x.test</email></author><link href="${page}"/>`, { url }],
      ['author as text', `${t}<author>Joe</author><link href="${page}"/>`, { author: 'Joe' }],
      ['category with a label', `${t}<category term="x" label="A B"/><link href="${page}"/>`, { section: 'A B' }],
      ['category with a scheme only', `${t}<category scheme="s"/><link href="${page}"/>`, { section: undefined }],
      [
        'published and updated',
        `${t}<updated>2005-01-01T00:00:00Z</updated><published>2004-01-01T00:00:00Z</published><link href="${page}"/>`,
        { publishedAt: Date.UTC(2004, 0, 1) },
      ],
      [
        'updated only',
        `${t}<updated>2004-01-01T00:00:00Z</updated><link href="${page}"/>`,
        { publishedAt: Date.UTC(2004, 0, 1) },
      ],
      [
        'issued, as in Atom 0.3',
        `${t}<issued>2004-01-01T00:00:00Z</issued><link href="${page}"/>`,
        { publishedAt: Date.UTC(2004, 0, 1) },
      ],
      [
        'created and modified',
        `${t}<modified>2004-01-01T00:00:00Z</modified><link href="${page}"/>`,
        { publishedAt: Date.UTC(2004, 0, 1) },
      ],
      ['xml:lang', `${t}<link href="${page}"/>`.replace('<title>', '<title xml:lang="de">'), { title: 'a' }],
      ['xml:base of the link', `${t}<link xml:base="https://blog.test/" href="1"/>`, { url }],
      [
        'source of another feed',
        `<source><title>no</title><id>x</id></source>${t}<link href="${page}"/>`,
        { title: 'a', url },
      ],
      [
        'elements of another namespace',
        `<x:title xmlns:x="urn:x">no</x:title>${t}<link href="${page}"/>`,
        { title: 'a' },
      ],
      [
        'media for a video',
        `${t}<media:group xmlns:media="http://search.yahoo.com/mrss/"><media:title>no</media:title><media:description>x</media:description></media:group><link href="${page}"/>`,
        { title: 'a', summary: 'x' },
      ],
    ],
  ],
])('%s', (_kind, whole, rows) => {
  it.each(rows)('with %s', (_what, inner, expected) => {
    expect(articleOf(whole(inner))).toMatchObject(expected)
  })
})

describe('an item of a JSON Feed', () => {
  const a = { id: '1', title: 'a', url: page }
  it.each<[string, object, Partial<Article>]>([
    ['id as a number', { ...a, id: 7 }, { sourceId: '7' }],
    ['id 0', { ...a, id: 0 }, { sourceId: '0' }],
    ['no id', { title: 'a', url: page }, { sourceId: page }],
    ['id null', { ...a, id: null }, { sourceId: page }],
    ['url relative', { ...a, url: '/1' }, { title: 'a' }],
    ['url null, and an external one', { ...a, url: null, external_url: page }, { url }],
    ['url empty', { ...a, url: '', external_url: page }, { url }],
    ['url as an object', { ...a, url: {}, id: page }, { url }],
    ['url of a script', { ...a, url: 'javascript:x', id: page }, { url }],
    ['image only', { id: '1', title: 'a', image: page }, { url }],
    ['attachments of nothing', { ...a, attachments: [null, {}, { url: 5 }] }, { url }],
    ['attachments that are no list', { ...a, attachments: 'x' }, { url }],
    ['title null, and content', { ...a, title: null, content_text: 'x' }, { title: 'x' }],
    ['title as a number', { ...a, title: 5, content_text: 'x' }, { title: 'x' }],
    ['title with tags, which are text', { ...a, title: '<b>a</b>' }, { title: '<b>a</b>' }],
    ['content in HTML', { ...a, content_html: '<p>x</p>y' }, { summary: 'x y' }],
    ['content in both', { ...a, content_html: '<p>y', content_text: 'x' }, { summary: 'x' }],
    ['summary empty', { ...a, summary: '', content_text: 'x' }, { summary: 'x' }],
    [
      'date of modification only',
      { ...a, date_modified: '2004-01-01T00:00:00Z' },
      { publishedAt: Date.UTC(2004, 0, 1) },
    ],
    [
      'date with an offset',
      { ...a, date_published: '2004-01-01T02:00:00+02:00' },
      { publishedAt: Date.UTC(2004, 0, 1) },
    ],
    ['date as a number', { ...a, date_published: 5 }, { publishedAt: fetchedAt }],
    ['date of RSS', { ...a, date_published: 'Thu, 01 Jan 2004 00:00:00 GMT' }, { publishedAt: Date.UTC(2004, 0, 1) }],
    ['date null', { ...a, date_published: null }, { publishedAt: fetchedAt }],
    ['authors empty, and an author', { ...a, authors: [], author: { name: 'Joe' } }, { author: 'Joe' }],
    ['authors of names', { ...a, authors: ['Joe'] }, { url }],
    ['author as text', { ...a, author: 'Joe' }, { author: 'Joe' }],
    ['tags of numbers', { ...a, tags: [1] }, { section: undefined }],
    ['tags that are text', { ...a, tags: 'x' }, { section: undefined }],
    ['language of its own', { ...a, language: 'de_AT' }, { language: 'de-at' }],
    ['extensions', { ...a, _x: { title: 'no' } }, { title: 'a' }],
    ['half a character', { ...a, title: 'a\ud83d' }, { title: 'a\uFFFD' }],
  ])('with %s', (_what, item, expected) => {
    expect(articleOf(inJson(item))).toMatchObject(expected)
  })
})

describe('a date', () => {
  const day = (hours = 0, minutes = 0, seconds = 0): number => Date.UTC(2024, 1, 29, hours, minutes, seconds)
  it.each<[string, number]>([
    ['Thu, 29 Feb 2024 10:11:12 GMT', day(10, 11, 12)],
    ['Thu, 29 Feb 2024 10:11:12 +0000', day(10, 11, 12)],
    ['Thu, 29 Feb 2024 10:11 GMT', day(10, 11)],
    ['29 Feb 2024 10:11:12 Z', day(10, 11, 12)],
    ['Thursday, 29 February 2024 10:11:12 GMT', day(10, 11, 12)],
    ['Mon, 29 Feb 2024 10:11:12 GMT', day(10, 11, 12)],
    ['Thu 29 Feb 2024 10:11:12 GMT', day(10, 11, 12)],
    ['Thu,29 Feb 2024 10:11:12 GMT', day(10, 11, 12)],
    ['Thu, 29-Feb-2024 10:11:12 GMT', day(10, 11, 12)],
    ['Thursday, 29-Feb-24 10:11:12 GMT', day(10, 11, 12)],
    ['Thu Feb 29 10:11:12 2024', day(10, 11, 12)],
    ['Thu Feb 29 10:11:12 CET 2024', day(9, 11, 12)],
    ['Thu, 29 Feb 2024 10:11:12 CEST', day(8, 11, 12)],
    ['Thu, 29 Feb 2024 10:11:12 EST', day(15, 11, 12)],
    ['Thu, 29 Feb 2024 10:11:12 PDT', day(17, 11, 12)],
    ['Thu, 29 Feb 2024 10:11:12 -08:00', day(18, 11, 12)],
    ['Thu, 29 Feb 2024 10:11:12 +05:30', day(4, 41, 12)],
    ['Thu, 29 Feb 2024 10:11:12 GMT+2', day(8, 11, 12)],
    ['Thu, 29 Feb 2024 10:11:12 Europe/Berlin', day(9, 11, 12)],
    ['Thu, 29 Feb 2024 10:11:12 (CET)', day(10, 11, 12)],
    ['29 février 2024', day()],
    ['jeu., 29 févr. 2024 10:11:12 +0100', day(9, 11, 12)],
    ['29. Februar 2024, 10:11 Uhr', day(10, 11)],
    ['Do, 29 Feb 2024 10:11:12 +0100', day(9, 11, 12)],
    ['29 de febrero de 2024', day()],
    ['29 feb. 2024 10:11', day(10, 11)],
    ['29 febbraio 2024 10:11', day(10, 11)],
    ['29 fevereiro 2024 10:11', day(10, 11)],
    ['29 februari 2024 10:11', day(10, 11)],
    ['29 февраля 2024 10:11', day(10, 11)],
    ['29 lutego 2024 10:11', day(10, 11)],
    ['29 února 2024 10:11', day(10, 11)],
    ['29 Şubat 2024 10:11', day(10, 11)],
    ['2024年2月29日 10:11:12', day(10, 11, 12)],
    ['2024년 2월 29일', day()],
    ['2024-02-29', day()],
    ['2024-02-29T10:11:12Z', day(10, 11, 12)],
    ['2024-02-29T10:11:12', day(10, 11, 12)],
    ['2024-02-29 10:11:12', day(10, 11, 12)],
    ['2024-02-29T10:11:12.5+01:00', day(9, 11, 12) + 500],
    ['2024-02-29T10:11:12,5Z', day(10, 11, 12) + 500],
    ['2024-02-29T10:11:12+0100', day(9, 11, 12)],
    ['2024-02-29T10:11:12 +01', day(9, 11, 12)],
    ['2024-02-29T10:11Z', day(10, 11)],
    ['20240229T101112Z', day(10, 11, 12)],
    ['20240229', day()],
    ['2024/02/29 10:11:12', day(10, 11, 12)],
    ['2024-060', day()],
    ['02/29/2024 10:11 AM', day(10, 11)],
    ['02/29/2024 10:11:12 PM', day(22, 11, 12)],
    ['29.02.2024 10:11', day(10, 11)],
    ['29/02/2024 10:11', day(10, 11)],
    ['Feb 29, 2024', day()],
    ['February 29th, 2024 at 10:11 am', day(10, 11)],
    ['Feb 29 2024 12:00 AM', day()],
    ['1709201472', day(10, 11, 12)],
    ['1709201472000', day(10, 11, 12)],
    ['  Thu, 29 Feb 2024 10:11:12 GMT\n', day(10, 11, 12)],
    ['Thu, 29 Feb 2024 24:00:00 GMT', day(24)],
    ['Thu, 29 Feb 2024 10:11:60 GMT', day(10, 12)],
    ['Thu, 30 Feb 2024 10:11:12 GMT', fetchedAt],
    ['0000-00-00 00:00:00', fetchedAt],
    ['0001-01-01T00:00:00Z', fetchedAt],
    ['yesterday', fetchedAt],
    ['{{ date }}', fetchedAt],
    ['-1', fetchedAt],
  ])('as %s', (text, publishedAt) => {
    expect(articleOf(inRss(`${t}${l}<pubDate>${text}</pubDate>`))?.publishedAt).toBe(publishedAt)
  })
})
