import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, it, onTestFinished } from 'vitest'
import { fetchFullText } from '../../src/refresh/fetch-full-text.ts'
import { refreshAll } from '../../src/refresh/refresh.ts'
import { SourceClients } from '../../src/refresh/source-clients.ts'
import { feed } from '../../src/sources/feed.ts'
import { memoryNewsStore } from '../store/memory-store.ts'

const words = 'The water rises by a hand an hour, and three towns prepare for the night. '.repeat(12)
const article = `<!DOCTYPE html><html><head><meta charset="windows-1252"><title>T</title></head><body><nav><a href="/">Home</a></nav>
<article><h1>Rivers</h1><p>Caf\xe9: ${words}</p><p onclick="x()">${words}<img src="/river.png"></p><script>alert(1)</script><p>${words}</p></article></body></html>`

it('fetches the text of new articles of a feed that wants it, of each once, and not that of a muted feed', async () => {
  const asked: string[] = []
  const server = createServer(({ url: path = '', headers }, response) => {
    asked.push(path)
    const at = `http://${headers.host}`
    const items = ['/1', '/gone', '/2'].map((link) => `<item><title>${link}</title><link>${at}${link}</link></item>`)
    if (path === '/feed.xml') response.end(`<rss version="2.0"><channel>${items.join('')}</channel></rss>`)
    else response.writeHead(path === '/gone' ? 404 : 200, { 'content-type': 'text/html' }).end(article)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const store = memoryNewsStore()
  const source = { ...feed({ url: `${url}/feed.xml` }), wantsFullText: true }
  for (let round = 0; round < 2; round++) await refreshAll([source], store, { deadline: 60_000, isForced: true })
  expect(asked.toSorted()).toEqual(['/1', '/2', '/feed.xml', '/feed.xml', '/gone'])
  const stories = await store.stories()
  const contents = (await Promise.all(stories.map(({ id }) => store.contents(id)))).flat()
  expect(contents.map(({ fullText }) => fullText?.html?.includes('three towns'))).toEqual([true, true])
  const results = await refreshAll([{ ...source, isMuted: true }], store, { deadline: 60_000, isForced: true })
  expect([results, asked.length, (await store.stories()).length]).toEqual([[], 5, 3])
})

it('reads the text of a page in its encoding, safe and with absolute addresses, and says why there is none', async () => {
  const server = createServer(({ url: path }, response) => {
    response.setHeader('content-type', path === '/pdf' ? 'application/pdf' : 'text/html')
    if (path === '/moved') response.writeHead(301, { location: '/article' }).end()
    else if (path === '/article') response.end(Buffer.from(article, 'latin1'))
    else if (path === '/large') response.end('x'.repeat(6_000_000))
    else response.writeHead(path === '/none' ? 404 : 200).end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const source = feed({ url: `${url}/feed.xml` })
  await using clients = new SourceClients(memoryNewsStore())
  const { html, base } = await fetchFullText(clients, source, `${url}/moved`)
  expect(html).toContain('Caf\u00e9: The water')
  expect(html).toContain(`<img src="${url}/river.png"`)
  expect(html).not.toMatch(/alert|onclick|Home/)
  expect(base).toBe(`${url}/article`)
  for (const [path, message] of [
    ['/pdf', 'the address is not a web page'],
    ['/large', 'the page is larger than 5 MB'],
    ['/empty', /no article was found|cannot be read/],
    ['/none', /the page could not be fetched: .*404/],
  ] as const)
    await expect(fetchFullText(clients, source, url + path)).rejects.toThrow(message)
  const open = feed({ url: 'https://blog.example/feed.xml' })
  await expect(fetchFullText(clients, open, `${url}/article`)).rejects.toThrow('could not be fetched')
})
