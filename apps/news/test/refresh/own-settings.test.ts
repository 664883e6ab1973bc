import { writeFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { ownSources } from '../../src/command/reader.ts'
import { refreshAll } from '../../src/refresh/refresh.ts'
import type { SourceSetting } from '../../src/settings/settings.ts'
import { opmlOf } from '../../src/sources/opml.ts'
import { TempFolder } from '../store/temp-folder.ts'
import { World } from './world.ts'

const secret = 's3cret'
const env = { TOKEN: secret, PAIR: `ann:${secret}`, KEY: secret }
const feedAt = (url: string, more: object = {}): SourceSetting => ({ type: 'feed', url, ...more })
const basic = `Basic ${Buffer.from(`ann:${secret}`).toString('base64')}`

/** Refreshes these sources; returns the first request to each host and all text that could be shown. */
async function refreshed(sources: readonly SourceSetting[], zone?: string) {
  const world = new World()
  const { on, off } = ownSources({ sources: [...sources], zone }, env)
  const results = await world.refresh({ deadline: '1min' }, on)
  const saw = (host: string): Readonly<Record<string, string>> => world.askedOf(host)[0]?.headers ?? {}
  const shown = JSON.stringify([results, off, await world.store.health(), await world.store.stories()])
  return { world, on, off, results, saw, shown }
}

describe('settings of a source', () => {
  it('give it credentials from the environment, a file or its address, which are sent and never shown', async () => {
    using folder = new TempFolder()
    writeFileSync(folder.file('key.txt'), `${secret}\n`)
    const { saw, shown, off } = await refreshed([
      feedAt('https://a.test/f', { auth: 'bearer:env:TOKEN' }),
      feedAt('https://b.test/f', { auth: 'basic:env:PAIR' }),
      feedAt('https://c.test/f', { auth: `basic:ann:file:${folder.file('key.txt')}` }),
      feedAt('https://d.test/f', { auth: 'header:X-Key:env:KEY' }),
      feedAt(`https://ann:${secret}@e.test/f`),
      feedAt('https://f.test/f', { headers: { 'X-Token': 'env:TOKEN', 'X-Plain': 'as it is' } }),
      feedAt('https://g.test/f', { auth: 'bearer:env:MISSING', title: 'Without' }),
    ])
    expect(saw('a.test').authorization).toBe(`Bearer ${secret}`)
    for (const host of ['b.test', 'c.test', 'e.test']) expect(saw(host).authorization).toBe(basic)
    expect(saw('d.test')['x-key']).toBe(secret)
    expect(saw('f.test')).toMatchObject({ 'x-token': secret, 'x-plain': 'as it is' })
    expect(off).toEqual([{ key: 'https://g.test/f', title: 'Without', why: 'off: set MISSING to its secret' }])
    expect(shown).not.toContain(secret)
    expect(shown).toContain('https://e.test/f')
    expect(opmlOf({ sources: [{ type: 'feed', url: `https://ann:${secret}@e.test/f` }] })).not.toContain(secret)
  })

  it('replace the limits of its kind: requests at a time, rate, timeout, interval and retention', async () => {
    const { world, on, results } = await refreshed([
      feedAt('https://a.test/1', { rate: '1/s' }),
      feedAt('https://a.test/2', { rate: '1/s' }),
      feedAt('https://a.test/3', { rate: ['1/s'] }),
      { type: 'hackernews', concurrency: 3, count: 12, interval: '1h', retention: '90d' },
      feedAt('https://b.test/f', { timeout: 1 }),
    ])
    const times = world.askedOf('a.test').map(({ at }) => at)
    expect(times).toHaveLength(3)
    for (const [index, at] of times.slice(1).entries()) expect(at - times[index]!).toBeGreaterThanOrEqual(1_000)
    expect(world.mostInFlight['hacker-news.firebaseio.com']).toBe(3)
    expect(on[3]!.limits).toMatchObject({ interval: 3_600_000, retention: 90 * 86_400_000, timeout: 10_000 })
    expect(results[4]).toMatchObject({ state: 'failing', message: expect.stringContaining('no answer within 1 ms') })
  })

  it('give dates without a zone that of the source, or of all', async () => {
    const world = new World()
    world.answer = () => ({
      body: '<rss version="2.0"><channel><item><title>A</title><pubDate>2 Jan 2025 12:00</pubDate></item></channel></rss>',
    })
    const sources = [feedAt('https://a.test/f', { zone: 'Asia/Tokyo' }), feedAt('https://b.test/f')]
    const { on } = ownSources({ sources, zone: 'Europe/Berlin' }, env)
    const { store, clients, clock } = world
    await clock.runUntilSettled(refreshAll(on, store, { deadline: '5s', clients }), 60_000)
    const dates = (await store.stories()).flatMap(({ articles }) => articles.map(({ publishedAt }) => publishedAt))
    expect(dates.sort()).toEqual([Date.UTC(2025, 0, 2, 3), Date.UTC(2025, 0, 2, 11)])
  })

  it('with the same address but for its credentials or fragment are one source', () => {
    const urls = ['https://ann:x@a.test/f#1', 'https://A.test:443/f']
    expect(ownSources({ sources: urls.map((url) => feedAt(url)) }, env).on.map(({ key }) => key)).toEqual([
      'https://a.test/f',
    ])
  })
})
