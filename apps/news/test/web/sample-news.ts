import type { Article, SourceHealth, StoredContent, Story } from '../../src/index.ts'

/** Time of all pages: 20 November 2026, 12:00 UTC. */
export const noon: number = Date.UTC(2026, 10, 20, 12)
const minute = 60_000

export const sampleSources = [
  { key: 'guardian', title: 'The Guardian', homepage: 'https://www.guardian.example/' },
  { key: 'hn', title: 'Hacker News', homepage: 'https://hn.example/' },
  { key: 'newsapi', title: 'NewsAPI' },
]

export const sampleHealth: readonly SourceHealth[] = [
  {
    source: 'guardian',
    state: 'ok',
    triedAt: noon - 4 * minute,
    succeededAt: noon - 4 * minute,
    nextAt: noon + 11 * minute,
    message: '40 new in 0.4 s',
    failures: 0,
  },
  {
    source: 'hn',
    state: 'failing',
    triedAt: noon - 2 * minute,
    succeededAt: noon - 190 * minute,
    nextAt: noon + 5 * minute,
    message: '503 three times',
    failures: 3,
  },
  {
    source: 'newsapi',
    state: 'limited',
    triedAt: noon - 30 * minute,
    nextAt: noon + 300 * minute,
    message: '429: quota used',
    failures: 1,
  },
  { source: 'https://blog.example/feed.xml', state: 'unchanged', triedAt: noon - minute, failures: 0 },
  { source: 'old', state: 'off', failures: 0 },
]

const headlines = [
  'A comet that nobody expected can be seen without a telescope this week',
  'Parliament votes on the new railway after eleven hours of debate',
  'Show: a database that fits into a single file and a single afternoon',
  'Rivers in the north rise again, and three towns prepare for the night',
  'Why the smallest orchestra of the country sells out every concert',
  'Chip makers agree on a plug that fits both ways, and in all devices',
]

/** An article of the given source, `minutes` before noon. */
export function article(source: string, minutes: number, more: Partial<Article> = {}): Article {
  return {
    source,
    sourceId: `${source}-${minutes}`,
    url: `https://${source.replace(/\W+/g, '-')}.example/${minutes}?a=1&b=2`,
    title: headlines[minutes % headlines.length]!,
    summary: 'What happened is told here in two sentences. The second one says why somebody should read it.',
    publishedAt: noon - minutes * minute,
    language: 'en',
    section: 'world',
    ...more,
  }
}

/** A story with these articles, earliest first. */
export function story(id: number, articles: readonly Article[], more: Partial<Story> = {}): Story {
  const { title, url, summary, publishedAt } = articles[0]!
  return { id, title, url, summary, publishedAt, addedAt: noon, isRead: false, isStarred: false, articles, ...more }
}

/** Seven stories of three sources: read and unread, starred, with several sources and languages. */
export function sampleStories(): Story[] {
  return [
    story(1, [article('guardian', 5), article('hn', 4, { title: 'The same plug, as hackers see it' })]),
    story(2, [article('hn', 20, { section: 'show', summary: undefined })], { isStarred: true }),
    story(3, [article('newsapi', 55)], { isRead: true }),
    story(4, [article('guardian', 130, { section: 'culture' })]),
    story(5, [article('guardian', 300, { language: 'de', title: 'Ein Zug, der pünktlich war', section: 'reise' })]),
    story(6, [
      article('https://blog.example/feed.xml', 1_500, { title: 'שלום עולם', language: 'he' }),
      article('guardian', 1_490),
      article('newsapi', 1_480),
    ]),
    story(7, [article('hn', 20_000)], { isRead: true, isStarred: true }),
  ]
}

/** Stories published a minute apart. */
export function manyStories(count: number): Story[] {
  return Array.from({ length: count }, (_, index) => story(index + 1, [article('guardian', index)]))
}

/** Contents of the article of story 4: text with all kinds of elements, audio, and a file. */
export const sampleContents: readonly StoredContent[] = [
  {
    source: 'guardian',
    sourceId: 'guardian-130',
    content: {
      base: 'https://guardian.example/130',
      html: `<h1>A heading of the article</h1><p>Three towns <a href="/prepare">prepare</a> for the night. <em>All</em> of them.</p>
<figure><img src="/river.png" alt="A river"><figcaption>The river on Tuesday</figcaption></figure>
<blockquote><p>We have been here before.</p></blockquote><ul><li>one</li><li>two</li></ul>
<pre><code>const wide = ${"'a long line of code' + ".repeat(12)}''</code></pre>
<table><tr><th>Town</th><th>Level</th></tr><tr><td>Northford</td><td>4.2 m</td></tr></table>
<p>${'The water rises by a hand an hour. '.repeat(12)}</p><iframe src="https://video.example/1"></iframe><script>alert(1)</script>`,
      enclosures: [
        { url: 'https://guardian.example/130.mp3', type: 'audio/mpeg', bytes: 12_345_678, title: 'Read aloud' },
        { url: 'https://guardian.example/report.pdf', type: 'application/pdf', bytes: 4_200 },
      ],
    },
  },
]
