import { type RunningSimulator, serveSimulator } from '@sluice/simulator'
import { parseFeed } from 'feedsmith'
import { createClient, type Success } from 'sluice'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

let api: RunningSimulator

beforeAll(async () => {
  api = await serveSimulator({ scenario: { latency: 0, paths: { '/feeds/world.xml': { outages: '0s-1h' } } } })
})

afterAll(() => api.close())

const names = ['tech', 'science', 'business', 'sport', 'culture']

describe('the feeds of the practice API, on a socket', () => {
  it('can be parsed in every format by a library that did not write them', async () => {
    await using client = createClient({ baseUrl: api.url })
    for (const [ending, format] of [
      ['xml', 'rss'],
      ['atom', 'atom'],
      ['rdf', 'rdf'],
      ['json', 'json'],
    ] as const) {
      const answers = await client.all(names.map((name) => ({ url: `/feeds/${name}.${ending}`, readAs: 'text' })))
      for (const answer of answers) {
        expect(answer.ok).toBe(true)
        const parsed = parseFeed(String((answer as Success).value))
        expect(parsed.format).toBe(format)
        const { items, entries } = parsed.feed as { items?: unknown[]; entries?: unknown[] }
        expect(items ?? entries).toHaveLength(25)
      }
    }
  })

  it('are 304 for whoever has them already', async () => {
    for (const name of names) {
      const first = await fetch(`${api.url}/feeds/${name}.xml`)
      expect([first.status, first.headers.get('content-encoding')]).toEqual([200, 'gzip'])
      expect((await first.text()).startsWith('<?xml')).toBe(true)
      const again = await fetch(`${api.url}/feeds/${name}.xml`, {
        headers: { 'if-none-match': first.headers.get('etag')! },
      })
      expect([again.status, await again.text()]).toEqual([304, ''])
    }
  })

  it('cost nothing but a question when a client revalidates what it keeps', async () => {
    await using client = createClient({ baseUrl: api.url, cache: 'revalidate' })
    const [first, again] = [await client.send('/feeds/culture.atom'), await client.send('/feeds/culture.atom')]
    expect([first.fromCache, again.fromCache]).toEqual([undefined, expect.anything()])
    expect(again.value).toEqual(first.value)
  })

  it('fail alone where the scenario says so', async () => {
    const statuses = await Promise.all(
      ['world.xml', 'world.atom', 'tech.xml'].map((file) =>
        fetch(`${api.url}/feeds/${file}`).then(({ status }) => status),
      ),
    )
    expect(statuses).toEqual([503, 200, 200])
  })
})
