import { Writable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { ownSources, type Reader, startSimulated } from '../../src/command/reader.ts'
import { fetchNews } from '../../src/command/verbs.ts'
import { memoryNewsStore } from '../store/memory-store.ts'

/** One fetch from the practice API, with faults on some paths. */
async function fetchWith(paths: Record<string, object>, strict = false, keys: Record<string, string> = {}) {
  const practice = await startSimulated({ latency: '5ms', paths })
  try {
    const { on, off } = ownSources(practice.settings, { ...practice.keys, ...keys })
    const store = memoryNewsStore()
    const titles = new Map(on.map(({ key, title }) => [key, title]))
    const reader = {
      sources: on,
      off,
      store,
      titles,
      settings: practice.settings,
      places: undefined,
    } as unknown as Reader
    let said = ''
    const stderr = new Writable({
      write(text, _, done) {
        said += text
        done()
      },
    })
    const code = await fetchNews(reader, { deadline: 5_000, strict }, stderr)
    const stories = await store.stories({}, { limit: 500 })
    const sources = new Set(stories.flatMap(({ articles }) => articles.map(({ source }) => source)))
    return { code, said, sources }
  } finally {
    await practice.close()
  }
}

describe('with one failing source', () => {
  it.each<[string, object, Record<string, string>]>([
    ['down', { faults: { reset: 1 } }, {}],
    ['failing', { faults: { 503: 1 } }, {}],
    ['refusing', { faults: { 429: 1 } }, {}],
    ['speaking nonsense', { faults: { malformed: 1 } }, {}],
    ['hanging', { faults: { hang: 1 } }, {}],
    ['too slow', { latency: '60s' }, {}],
    ['that does not know the key', {}, { GUARDIAN_KEY: 'k3y-of-nobody' }],
  ])('the others deliver, and its line says what happened: The Guardian %s', async (_, trouble, keys) => {
    const { code, said, sources } = await fetchWith({ '/guardian': trouble }, false, keys)
    expect(code).toBe(0)
    expect(sources).not.toContain('guardian')
    expect(sources.size).toBe(5)
    expect(said).toMatch(/^The Guardian: \S/m)
    expect(said.match(/: \d+ new/g)).toHaveLength(5)
    expect(said).not.toContain('k3y')
  })

  it('the exit code is 3 with --strict, and if no source delivered', async () => {
    expect((await fetchWith({ '/guardian': { faults: { 503: 1 } } }, true)).code).toBe(3)
    expect((await fetchWith({}, true)).code).toBe(0)
    expect(
      (
        await fetchWith(
          Object.fromEntries(['/hn', '/guardian', '/newsapi', '/feeds'].map((path) => [path, { faults: { 503: 1 } }])),
        )
      ).code,
    ).toBe(3)
  })
})
