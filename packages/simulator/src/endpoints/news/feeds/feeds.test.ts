import { gunzipSync } from 'node:zlib'
import { parseFeed } from 'feedsmith'
import { ManualClock } from 'sluice/testing'
import { beforeEach, describe, expect, it } from 'vitest'
import { createSimulator, type Simulator } from '../../../simulator.ts'

interface Said {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly bytes: Buffer
  readonly text: string
}

let clock: ManualClock
let simulator: Simulator

beforeEach(() => {
  clock = new ManualClock({ wallTime: Date.UTC(2026, 10, 20, 12) })
  simulator = createSimulator({ latency: 0 }, { clock })
})

/** Requests a feed and returns the immediate response. */
function ask(file: string, headers: Readonly<Record<string, string>> = {}): Said {
  let said: Said | undefined
  const visit = simulator.arrive({ method: 'GET', path: `/feeds/${file}`, headers })
  visit.onAnswer((plan) => {
    if (plan.kind !== 'answer') return
    const bytes = Buffer.concat([...plan.body.chunks])
    said = { status: plan.status, headers: plan.headers, bytes, text: bytes.toString() }
  })
  visit.end('answered')
  return said!
}

// biome-ignore lint/suspicious/noExplicitAny: every format has its own shape.
const parsed = (file: string): any => parseFeed(ask(file).text)
const names = ['tech', 'world', 'science', 'business', 'sport', 'culture']

describe('good feeds', () => {
  it.each(names)('%s comes in four formats that tell the same', (name) => {
    const [rss, atom, rdf, json] = ['xml', 'atom', 'rdf', 'json'].map((ending) => parsed(`${name}.${ending}`))
    expect([rss, atom, rdf, json].map(({ format }) => format)).toEqual(['rss', 'atom', 'rdf', 'json'])
    const titles = rss.feed.items.map(({ title }: { title: string }) => title)
    expect(titles).toHaveLength(25)
    expect(atom.feed.entries.map(({ title }: { title: { value: string } }) => title.value)).toEqual(titles)
    for (const { feed } of [rdf, json]) {
      expect(feed.items.map(({ title }: { title: string }) => title)).toEqual(titles)
    }
    const links = rss.feed.items.map(({ link }: { link: string }) => link)
    expect(atom.feed.entries.map(({ links }: { links: { href: string }[] }) => links[0]!.href)).toEqual(links)
    expect(rdf.feed.items.map(({ link }: { link: string }) => link)).toEqual(links)
    expect(json.feed.items.map(({ url }: { url: string }) => url)).toEqual(links)
    expect(links.some((link: string) => link.includes('utm_source=rss'))).toBe(true)
  })

  it('say how long nobody needs to ask again, in the feed and beside it', () => {
    const { headers } = ask('science.xml')
    expect(headers).toMatchObject({
      'content-type': 'application/rss+xml; charset=utf-8',
      'cache-control': 'public, max-age=3600',
    })
    expect(parsed('science.xml').feed.ttl).toBe(60)
    expect(headers['last-modified']).toBe(parsed('science.xml').feed.lastBuildDate)
  })

  it('are 304 until there is something new, by ETag and by date', async () => {
    const { headers } = ask('tech.xml')
    const known: Readonly<Record<string, string>>[] = [
      { 'if-none-match': headers.etag! },
      { 'if-modified-since': headers['last-modified']! },
    ]
    for (const condition of known) {
      const said = ask('tech.xml', condition)
      expect([said.status, said.bytes.byteLength]).toEqual([304, 0])
      expect(said.headers).toEqual({ ...headers, 'content-type': undefined })
    }
    await clock.advance(24 * 3_600_000)
    for (const condition of known) expect(ask('tech.xml', condition).status).toBe(200)
  })

  it.each([
    ['gzip', true],
    ['br, GZIP;q=0.5', true],
    ['gzip;q=0', false],
    ['br', false],
  ])('are packed for those who accept %j: %s', (accepted, isPacked) => {
    const plain = ask('tech.xml')
    const said = ask('tech.xml', { 'accept-encoding': accepted })
    expect(said.headers['content-encoding']).toBe(isPacked ? 'gzip' : undefined)
    expect(String(isPacked ? gunzipSync(said.bytes) : said.bytes)).toBe(plain.text)
    expect(said.headers.vary).toBe('accept-encoding')
    expect(said.headers.etag === plain.headers.etag).toBe(!isPacked)
    expect(ask('tech.xml', { 'accept-encoding': accepted, 'if-none-match': said.headers.etag! }).status).toBe(304)
  })

  it('are 404 when there are none, with those there are', () => {
    for (const file of ['gossip.xml', 'tech.csv', 'tech', 'constructor.xml', 'tech.constructor', 'toString']) {
      const { status, text } = ask(file)
      expect([file, status]).toEqual([file, 404])
      expect(text).toContain('tech, world')
    }
  })
})

describe('odd feeds', () => {
  it('broken.xml cannot be parsed', () => {
    expect(ask('broken.xml').status).toBe(200)
    expect(() => parsed('broken.xml')).toThrow(expect.objectContaining({ name: 'MalformedError' }))
  })

  it('html.xml is a page, and says so', () => {
    expect(ask('html.xml').headers['content-type']).toBe('text/html; charset=utf-8')
    expect(() => parsed('html.xml')).toThrow(expect.objectContaining({ name: 'DetectError' }))
  })

  it('empty.xml is a feed without entries', () => {
    expect(parsed('empty.xml')).toMatchObject({ format: 'rss', feed: { title: 'Nothing yet' } })
    expect(parsed('empty.xml').feed.items).toBeUndefined()
  })

  it('hostile.xml can be parsed, and has all that must not reach a reader', () => {
    const { text } = ask('hostile.xml')
    expect(text).toContain('<!ENTITY lol8 "&lol7;&lol7;')
    const { items } = parsed('hostile.xml').feed
    const titles: string[] = items.map(({ title }: { title: string }) => title)
    expect(items).toHaveLength(9)
    expect(titles[0]).toContain('<script>alert("title")</script>')
    expect(items.filter(({ link }: { link: string }) => /^\s*javascript:/i.test(link))).toHaveLength(2)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the text has to contain them.
    expect(titles.some((title) => /\u0007.*\u001b.*\u202e.*\u2066.*\u200b/.test(title))).toBe(true)
    expect(Math.max(...titles.map(({ length }) => length))).toBe(1_000_000)
  })

  it('external.xml wants the parser to read a file', () => {
    expect(ask('external.xml').text).toContain('SYSTEM "file:///')
    expect(() => parsed('external.xml')).toThrow(expect.objectContaining({ name: 'MalformedError' }))
  })

  it('latin1.xml is encoded as only the document itself says', () => {
    const { bytes, headers } = ask('latin1.xml')
    expect(headers['content-type']).toBe('application/rss+xml')
    expect(bytes.toString('utf8')).toContain('\ufffd')
    const text = new TextDecoder('latin1').decode(bytes)
    expect(text).toMatch(/^<\?xml version="1.0" encoding="ISO-8859-1"\?>/)
    expect(parseFeed(text).feed).toMatchObject({
      title: 'Grüße aus Grauhafen',
      items: [{ title: 'Fähren fahren häufiger über die Förde' }],
    })
  })

  it('moved.xml is elsewhere, and gone.xml nowhere', () => {
    expect(ask('moved.xml')).toMatchObject({ status: 301, headers: { location: '/feeds/tech.xml' } })
    expect(ask('gone.xml').status).toBe(410)
  })

  it('old-dates.xml has dates of another century, and some that are none', () => {
    const dates = parsed('old-dates.xml').feed.items.map(({ pubDate }: { pubDate?: string }) => pubDate)
    expect(dates).toHaveLength(6)
    expect(dates[0]).toBe('Thu, 01 Jan 1970 00:00:00 GMT')
    expect(dates.slice(4)).toEqual(['the other day', undefined])
  })

  it('future.xml has dates that are still to come, and changes by the hour', async () => {
    const { headers } = ask('future.xml')
    for (const { pubDate } of parsed('future.xml').feed.items) {
      expect(Date.parse(pubDate)).toBeGreaterThan(clock.wallTime())
    }
    await clock.advance(3_599_999)
    expect(ask('future.xml', { 'if-none-match': headers.etag! }).status).toBe(304)
    await clock.advance(1)
    expect(ask('future.xml', { 'if-none-match': headers.etag! }).status).toBe(200)
  })
})
