import { describe, expect, it } from 'vitest'
import { feedsIn, opmlOf, withFeeds } from '../../src/settings/opml.ts'
import type { NewsSettings } from '../../src/settings/settings.ts'

const opml = `<?xml version="1.0"?>
<opml version="1.0"><head><title>mine</title></head><body>
  <outline text="Tech">
    <outline text="A &amp; B" type="rss" xmlUrl="https://a.example/feed?x=1&amp;y=2" htmlUrl="https://a.example/"/>
    <outline text="deeper"><outline text="" title="C" type="rss" xmlUrl="http://c.example/atom"/></outline>
  </outline>
  <outline text="again" xmlUrl="http://c.example/atom"/>
  <outline text="bad" xmlUrl="javascript:alert(1)"/>
  <outline text="worse" xmlUrl="file:///etc/passwd"/>
  <outline text="no feed"/>
</body></opml>`

describe('OPML', () => {
  it('yields the feeds of all its folders, each once, and nothing else', () => {
    expect(feedsIn(opml, 'mine.opml')).toEqual([
      { type: 'feed', url: 'https://a.example/feed?x=1&y=2', title: 'A & B' },
      { type: 'feed', url: 'http://c.example/atom', title: 'C' },
    ])
  })

  it.each(['', 'no markup', '<html><body></body></html>', '<opml><body>'])(
    'that is none is refused by name: %j',
    (text) => {
      expect(() => feedsIn(text, 'mine.opml')).toThrow('mine.opml: is not valid OPML')
    },
  )

  it('survives a round trip, and adds nothing twice', () => {
    const settings: NewsSettings = {
      sources: [
        { type: 'hackernews' },
        { type: 'feed', url: 'https://a.example/?a=1&b=<', title: 'x < y & "z"' },
        { type: 'feed', url: 'https://b.example/' },
      ],
    }
    const feeds = feedsIn(opmlOf(settings), 'own')
    expect(feeds.map(({ url, title }) => [url, title])).toEqual([
      ['https://a.example/?a=1&b=<', 'x < y & "z"'],
      ['https://b.example/', 'https://b.example/'],
    ])
    expect(withFeeds(settings, feeds)).toEqual({ settings, added: 0 })
    const more = withFeeds(settings, feedsIn(opml, 'mine.opml'))
    expect([more.added, more.settings.sources.length]).toEqual([2, 5])
  })
})
