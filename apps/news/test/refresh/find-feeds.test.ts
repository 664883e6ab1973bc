import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { findFeeds } from '../../src/refresh/find-feeds.ts'
import { SourceClients } from '../../src/refresh/source-clients.ts'
import { typedAddress } from '../../src/sources/opml.ts'
import { feedLinks } from '../../src/sources/page-links.ts'
import { memoryNewsStore } from '../store/memory-store.ts'

const rss = (title: string) =>
  `<rss version="2.0"><channel><title>${title}</title><item><title>a</title><guid>1</guid></item></channel></rss>`

/** A site with these pages; a page that begins with `/` is a redirect. Returns its address and the paths it was asked for. */
async function site(pages: Readonly<Record<string, string>>) {
  const asked: string[] = []
  const server = createServer(({ url = '', headers }, response) => {
    asked.push(url)
    const page = pages[url]
    if (url === '/secret' && headers.authorization === undefined) response.writeHead(401).end()
    else if (page === undefined) response.writeHead(404).end('not here')
    else if (/^(?:\/|http)/.test(page)) response.writeHead(301, { location: page }).end()
    else response.end(page)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked }
}

describe('the feeds of an address are', () => {
  it('itself, the ones its page declares, linked ones, and those at usual addresses, in this order', async () => {
    await using clients = new SourceClients(memoryNewsStore())
    const { url, asked } = await site({
      '/own.xml': rss('A &amp;amp; B'),
      '/secret': rss('Secret'),
      '/declared': `<base href="/x/"><link rel="stylesheet" href="s.css"><link REL="home Alternate" TYPE="application/rss+xml; a=b" href="1"><link rel=alternate type=application/atom+xml href="/none"><link rel="alternate" type="text/html" href="/de"><a href="/feed">`,
      '/x/1': rss('One'),
      '/linked': '<a href="/blog/rss.xml">x</a><a href="/about">y</a><a href="javascript:alert(1)//feed">z</a>',
      '/blog/rss.xml': rss('Blog'),
      '/plain': '<p>nothing here',
      '/feed': '/feed.xml',
      '/feed.xml': rss('Usual'),
    })
    const found = async (path: string) => (await findFeeds(clients, url + path)).map((one) => [one.url, one.title])
    expect(await found('/own.xml')).toEqual([[`${url}/own.xml`, 'A & B']])
    expect(await found('/declared')).toEqual([[`${url}/x/1`, 'One']])
    expect(asked).not.toContain('/feed')
    expect(await found('/linked')).toEqual([[`${url}/blog/rss.xml`, 'Blog']])
    expect(await found('/plain')).toEqual([[`${url}/feed`, 'Usual']])
    const secret = url.replace('//', '//me:s3cret@')
    expect((await findFeeds(clients, `${secret}/secret`))[0]!.url).toBe(`${url}/secret`)
    await expect(findFeeds(clients, `${url}/nowhere`)).rejects.toThrow(/could not be fetched: .*404/)
  })

  it('none, with the reason, on a page of 10,000 links, of which few are requested, and none that are not on the web', async () => {
    await using clients = new SourceClients(memoryNewsStore())
    const links = Array.from({ length: 10_000 }, (_, at) => `<link rel=alternate type=text/xml href="/${at}">`).join('')
    const { url, asked } = await site({ '/': links })
    await expect(findFeeds(clients, url)).rejects.toThrow('no feed was found there')
    expect(asked).toHaveLength(1 + 8 + 7)
    const { alternates, others } = feedLinks(
      '<link rel=alternate type=text/xml href="file:///etc/passwd"><a href="ftp://x/feed">',
      url,
    )
    expect([alternates, others]).toEqual([[], []])
  })
})

it.each([
  ['example.com', 'https://example.com'],
  [' example.com:8080/x ', 'https://example.com:8080/x'],
  ['feed://example.com/x', 'http://example.com/x'],
  ['feed:https://example.com/x', 'https://example.com/x'],
  ['HTTP://example.com', 'HTTP://example.com'],
  ['javascript:alert(1)', undefined],
  ['file:///etc/passwd', undefined],
  ['mailto:a@b.example', undefined],
  ['two words', undefined],
  ['', undefined],
])('the typed address %j is %j', (typed, address) => {
  expect(typedAddress(typed)).toBe(address)
})
