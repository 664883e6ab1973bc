import { describe, expect, it } from 'vitest'
import type { NewsSettings } from '../../src/settings/settings.ts'
import { feedAddress, feedsIn as feedsInBytes, indicesOf, newFeeds, opmlOf } from '../../src/sources/opml.ts'

const feedsIn = (text: string, name: string): ReturnType<typeof feedsInBytes> => feedsInBytes(Buffer.from(text), name)

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
      { type: 'feed', url: 'https://a.example/feed?x=1&y=2', title: 'A & B', folder: 'Tech' },
      { type: 'feed', url: 'http://c.example/atom', title: 'C', folder: 'Tech/deeper' },
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
    expect(newFeeds(settings, feeds)).toEqual([])
    expect(newFeeds(settings, feedsIn(opml, 'mine.opml'))).toHaveLength(2)
  })

  it.each([
    [
      'attributes in small letters, and & and white space as they are',
      '<OUTLINE TEXT="A & B" xmlurl=" http://a.example/?a=1&b=2 "/>',
      'http://a.example/?a=1&b=2',
    ],
    ['an address called url', '<outline type="rss" url="http://a.example/"/>', 'http://a.example/'],
    ['the scheme of feeds', '<outline xmlUrl="feed://a.example/1"/>', 'http://a.example/1'],
    ['the scheme of feeds before another', '<outline xmlUrl="feed:https://a.example/1"/>', 'https://a.example/1'],
  ])('is read with %s', (_, outline, url) => {
    expect(feedsIn(`<opml>${outline}</opml>`, 'x').map((each) => each.url)).toEqual([url])
  })

  it('is read in any encoding', () => {
    const text =
      '<?xml version="1.0" encoding="windows-1252"?><opml><body><outline text="Caf\u00e9" xmlUrl="http://a.example/"/></body></opml>'
    for (const bytes of [Buffer.from(text, 'latin1'), Buffer.from(`\ufeff${text}`, 'utf16le')])
      expect(feedsInBytes(bytes, 'x')[0]?.title).toBe('Café')
  })

  it('keeps folders both ways, and is valid without any feed', () => {
    const sources = feedsIn(opml, 'mine.opml')
    expect(feedsIn(opmlOf({ sources }), 'own')).toEqual(sources)
    expect(feedsIn(opmlOf({ sources: [] }), 'own')).toEqual([])
  })

  it('takes addresses that differ in their spelling only for one', () => {
    const settings: NewsSettings = { sources: [{ type: 'feed', url: 'http://a.example' }] }
    expect(newFeeds(settings, [{ type: 'feed', url: 'http://A.example:80/' }])).toEqual([])
    expect(indicesOf(settings, 'http://A.example/')).toEqual([0])
    expect(feedAddress('gopher://a.example')).toBeUndefined()
  })
})
