import { describe, expect, it } from 'vitest'
import { attribute, type ParsedPage } from '../../../../test/pages/parsed-page.ts'
import { article, sampleStories, story } from './sample-news.ts'
import { smallStore } from './small-store.ts'
import { visitor } from './visitor.ts'

const png = { type: 'image/png', bytes: new Uint8Array([0x89, 0x50]) }
const address = 'https://guardian.example/icon.png'
const health = (icon: string) =>
  [{ source: 'guardian', state: 'ok', failures: 0, about: { icon } } as const] satisfies unknown[]
const iconsOf = (page: ParsedPage) => [...new Set(page.all('img').map((img) => attribute(img, 'src')!))]

describe('icons of sources', () => {
  it('come from the reader itself, fetched once, as images that nothing can be run in', async () => {
    const asked: string[] = []
    const icon = async (source: string, url: string) => {
      asked.push(`${source} ${url}`)
      return png
    }
    const reader = visitor({ store: smallStore(sampleStories(), health(address)), icon })
    const paths = await Promise.all(['/', '/story/1', '/sources'].map(async (path) => iconsOf(await reader.page(path))))
    const [path] = paths[0]!
    expect(paths).toEqual([[path], [path], [path]])
    expect(path).toMatch(/^\/icon\/[\w-]{22}$/)
    expect(asked).toEqual([])
    for (let time = 0; time < 2; time++) {
      const answer = await reader.get(path!)
      expect(answer.status).toBe(200)
      expect(new Uint8Array(await answer.arrayBuffer())).toEqual(png.bytes)
      const headers = ['content-type', 'x-content-type-options', 'cache-control', 'content-security-policy']
      expect(headers.map((name) => answer.headers.get(name))).toEqual([
        'image/png',
        'nosniff',
        'private, max-age=86400',
        "default-src 'none'; frame-ancestors 'none'; sandbox",
      ])
    }
    expect(asked).toEqual([`guardian ${address}`])
  })

  it('that are slow, missing or broken hold nothing up, and are looked for again: the slow one soon, the others a day later', async () => {
    let asked = 0
    const slow = Promise.withResolvers<typeof png>()
    const answers = [() => slow.promise, () => Promise.reject(new Error('broken')), async () => png]
    const icon = () => answers[asked++]!()
    const reader = visitor({ store: smallStore(sampleStories(), health(address)), icon })
    const [path] = iconsOf(await reader.page('/'))
    expect((await reader.clock.runUntilSettled(reader.get(path!))).status).toBe(404)
    slow.resolve(png)
    expect((await reader.get(path!)).status).toBe(200)
    expect(asked).toBe(1)
    expect(reader.clock.pending).toBe(0)

    const other = visitor({ store: smallStore(sampleStories(), health(address)), icon })
    expect((await other.get(path!)).status).toBe(404)
    expect((await other.get(path!)).status).toBe(404)
    expect(asked).toBe(2)
    await other.clock.advance(86_400_001)
    expect((await other.get(path!)).status).toBe(200)
    expect(asked).toBe(3)
  })

  it.each(['javascript:alert(1)', 'data:image/png;base64,AAAA', 'file:///etc/passwd', '//x.example/i.png', ''])(
    'are none without a web address: %s',
    async (url) => {
      const icon = () => Promise.reject(new Error('not to be asked'))
      const page = await visitor({ store: smallStore([story(1, [article('guardian', 1)])], health(url)), icon }).page(
        '/',
      )
      expect(iconsOf(page)).toEqual([])
    },
  )

  it('of sources that are not known are not found, and none is shown by a reader that fetches none', async () => {
    const store = smallStore(sampleStories(), health(address))
    expect(iconsOf(await visitor({ store }).page('/'))).toEqual([])
    const reader = visitor({ store, icon: async () => png })
    for (const path of ['/icon/', '/icon/x', `/icon/${'a'.repeat(22)}`, '/icon/../../etc/passwd'])
      expect((await reader.get(path)).status).toBe(404)
  })
})
