import type { StoryPool } from '../stories/story-pool.ts'
import type { FeedFile } from './feed-answer.ts'
import { xmlDocument } from './feed-formats.ts'
import { externalFeed, hostileFeed } from './hostile-feed.ts'

const rssType = 'application/rss+xml; charset=utf-8'
const hour = 3_600_000

/** Modification date of the files that never change. */
const longAgo = Date.UTC(2026, 0, 1)

/** Broken feeds, each in its own way, by name. */
export const oddFeeds: Readonly<Record<string, (pool: StoryPool) => FeedFile>> = {
  'broken.xml': () => text(rssType, broken),
  'html.xml': () => text('text/html; charset=utf-8', page),
  'empty.xml': () => text(rssType, rss('Nothing yet', [])),
  'hostile.xml': () => text(rssType, hostileFeed()),
  'external.xml': () => text(rssType, externalFeed),
  // Only the document itself declares its encoding.
  'latin1.xml': () => ({ ...text('application/rss+xml', ''), bytes: Buffer.from(latin1, 'latin1') }),
  'old-dates.xml': () => text(rssType, rss('Dates of old', oldDates)),
  'future.xml': ({ now }) => {
    // Rounded to the hour, so that it does not change with every request.
    const since = Math.floor(now / hour) * hour
    const dates = [2 * hour, 48 * hour, 87_600 * hour].map((ahead) => new Date(since + ahead).toUTCString())
    return { ...text(rssType, rss('Tomorrow', [...dates, 'Fri, 31 Dec 9999 23:59:59 GMT'])), lastModified: since }
  },
}

const oldDates = [
  'Thu, 01 Jan 1970 00:00:00 GMT',
  'Fri, 31 Dec 99 23:59:59 EST',
  'Mon, 30 Feb 2004 10:00:00 GMT',
  '2001-09-09T01:46:40Z',
  'the other day',
  '',
] as const

function text(type: string, content: string): FeedFile {
  return { type, bytes: Buffer.from(content), lastModified: longAgo, ttl: 5 }
}

/** Feed with an entry for each date; an empty date is omitted. */
function rss(title: string, dates: readonly string[]): string {
  return xmlDocument({
    rss: {
      '@version': '2.0',
      channel: {
        title,
        link: 'https://odd.practice.example/',
        description: 'A feed to practise with',
        item: dates.map((date, index) => ({
          title: `Entry ${index + 1} of ${title}`,
          link: `https://odd.practice.example/${index + 1}`,
          guid: `https://odd.practice.example/${index + 1}`,
          ...(date === '' ? {} : { pubDate: date }),
        })),
      },
    },
  })
}

const broken = `<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0"><channel><title>Broken</title><link>https://odd.practice.example/</link>
<item><title>Salt & snow</titel><link>https://odd.practice.example/1</link></item>
<item><title>Cut of`

const page = `<!doctype html>
<html lang="en"><head><title>Moved house</title></head>
<body><h1>We have a new page</h1><p>The feed was here once.<br>Look around!</body></html>
`

const latin1 = `<?xml version="1.0" encoding="ISO-8859-1"?>
<rss version="2.0"><channel><title>Grüße aus Grauhafen</title><link>https://odd.practice.example/</link>
<description>Für Übung</description>
<item><title>Fähren fahren häufiger über die Förde</title><link>https://odd.practice.example/faehren</link>
<guid isPermaLink="false">latin1-1</guid><description>Der Bürgermeister: »schön« sei das nicht, aber nötig; es koste 5 £.</description></item>
</channel></rss>
`
