import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { attribute, textOf } from '../../../../test/pages/parsed-page.ts'
import { SourceError } from '../../src/index.ts'
import type { FeedSetting } from '../../src/settings/settings.ts'
import { loadSettings } from '../../src/settings/settings-file.ts'
import { sourceName } from '../../src/web/context.ts'
import { type Visitor, visitor } from './visitor.ts'

const url = 'https://blog.example/feed.xml'
const path = `/sources/${sourceName(url)}`
const blog = {
  type: 'feed',
  url: 'https://me:s3cret@blog.example/feed.xml',
  rate: ['1/s', '100/day'],
  interval: 7_200_000,
  headers: { 'X-Key': 'k3y', 'Accept-Language': 'de' },
} satisfies FeedSetting

let folder: string
let file: string
let found: readonly { readonly url: string; readonly items: number }[]
let changes: number

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'news-'))
  file = join(folder, 'sources.json')
  await writeFile(file, `{"sources": [{"type": "hackernews"}, // by hand\n${JSON.stringify(blog)}]}`)
  found = []
  changes = 0
})
afterEach(() => rm(folder, { recursive: true, force: true }))

function open(): Visitor {
  const find = async () => {
    if (found.length === 0) throw new SourceError('no feed was found there')
    return found
  }
  const onChange = async () => void changes++
  return visitor({ feeds: { path: file, find, onChange }, sources: [{ key: url, title: 'Blog', folder: 'A' }] })
}
const feedsNow = async () => (await loadSettings(file)).sources.filter((source) => source.type === 'feed')
/** Values of the form on the page of the feed. */
async function formOf(reader: Visitor): Promise<Record<string, string>> {
  const page = await reader.page(path)
  const [form] = page.all('form').filter((one) => attribute(one, 'action') === path)
  expect(form).toBeDefined()
  const inputs = page
    .all('input')
    .filter((input) => attribute(input, 'type') !== 'checkbox')
    .map((input) => [attribute(input, 'name') ?? '', attribute(input, 'value') ?? ''] as const)
  return Object.fromEntries(inputs)
}

describe('a feed added on the page', () => {
  it('is added at once if the address has a single feed, and its row is shown', async () => {
    found = [{ url: 'https://new.example/rss', items: 3 }]
    const answer = await open().post('/sources/find', { address: 'new.example', folder: 'B/C' })
    expect([answer.status, answer.headers.get('location')]).toEqual([
      303,
      `/sources#source-${sourceName('https://new.example/rss')}`,
    ])
    expect((await feedsNow())[1]).toEqual({ type: 'feed', url: 'https://new.example/rss', folder: 'B/C' })
    expect(changes).toBe(1)
    expect(await readFile(file, 'utf8')).toContain('// by hand')
    await open().post('/sources/find', { address: 'https://NEW.example:443/rss' })
    expect(await feedsNow()).toHaveLength(2)
  })

  it('is chosen from several', async () => {
    found = ['1', '2', '3'].map((name) => ({ url: `https://new.example/${name}`, items: 1, title: `<${name}>` }))
    const answer = await open().post('/sources/find', { address: 'new.example', folder: 'B' })
    const html = await answer.text()
    expect(html).toContain('&lt;2&gt;')
    expect(await feedsNow()).toHaveLength(1)
    await open().post('/sources/add', { url: ['https://new.example/1', 'https://new.example/3'], folder: 'B' })
    expect((await feedsNow()).slice(1).map((feed) => feed.url)).toEqual([
      'https://new.example/1',
      'https://new.example/3',
    ])
    for (const wrong of [[], ['javascript:alert(1)'], Array.from({ length: 21 }, (_, at) => `https://a.example/${at}`)])
      expect((await open().post('/sources/add', { url: wrong })).status).toBe(400)
  })

  it.each(['nowhere.example', 'javascript:alert(1)', 'file:///etc/passwd', 'http://', '', 'two words'])(
    'is refused with the reason, and keeps what was typed: %s',
    async (address) => {
      const answer = await open().post('/sources/find', { address, folder: 'F' })
      expect(answer.status).toBe(400)
      const html = await answer.text()
      expect(html).toContain('Not added: ')
      expect(html).toContain(`value="${address}"`)
      expect(await feedsNow()).toHaveLength(1)
    },
  )
})

describe('the settings of a feed on the page', () => {
  it('show everything but secrets, and change nothing if they are saved as they are', async () => {
    const before = await readFile(file, 'utf8')
    const form = await formOf(open())
    expect(form).toMatchObject({ url, rate: '1/s, 100/day', interval: '7200000ms', user: '', secret: '' })
    const html = await (await open().get(path)).text()
    expect(html).not.toMatch(/s3cret|k3y/)
    expect(html).toContain('Remove X-Key')
    expect((await open().post(path, form)).status).toBe(303)
    expect(await readFile(file, 'utf8')).toBe(before)
  })

  it('are written into the file, and empty ones taken out', async () => {
    const form = {
      ...(await formOf(open())),
      ...{ title: 'Mine', folder: 'X', rate: '2/s', interval: '', concurrency: '5', timeout: '9s', retention: '7d' },
      ...{ zone: 'Europe/Berlin', muted: '1', fullText: '1', headers: 'X-Other: 1\r\naccept-language: fr' },
      'remove-header': 'X-Key',
    }
    expect((await open().post(path, form)).status).toBe(303)
    expect(await feedsNow()).toEqual([
      {
        ...{ type: 'feed', url: blog.url, title: 'Mine', folder: 'X', rate: '2/s', concurrency: 5, timeout: '9s' },
        ...{ retention: '7d', zone: 'Europe/Berlin', muted: true, fullText: true },
        headers: { 'accept-language': 'fr', 'X-Other': '1' },
      },
    ])
    expect(await readFile(file, 'utf8')).toContain('// by hand')
  })

  it('take credentials that are stored beside the file, for their owner only, and never shown', async () => {
    const typed = { ...(await formOf(open())), credentials: 'password', user: 'me', secret: 'pässword' }
    await open().post(path, typed)
    const [{ auth }] = (await feedsNow()) as [FeedSetting]
    expect(auth).toMatch(/^basic:me:file:/)
    const place = auth!.slice('basic:me:file:'.length)
    expect(await readFile(place, 'utf8')).toBe('pässword')
    expect((await stat(place)).mode & 0o777).toBe(0o600)
    const html = await (await open().get(path)).text()
    expect(html).toContain('Credentials: user name and password')
    expect(html).not.toContain('pässword')
    await open().post(path, { ...(await formOf(open())), credentials: 'token', secret: 't0ken' })
    expect((await feedsNow())[0]!.auth).toMatch(/^bearer:file:/)
    expect(await readdir(join(folder, 'secrets'))).toHaveLength(1)
    await open().post(path, { ...(await formOf(open())), credentials: 'none' })
    expect((await feedsNow())[0]!.auth).toBeUndefined()
    expect(await readdir(join(folder, 'secrets'))).toEqual([])
  })

  it.each([
    [{ rate: 'fast' }, 'Rate: expected a rate'],
    [{ concurrency: '51' }, 'Requests at once per host: '],
    [{ zone: 'Mars' }, 'Time zone of dates without one: expected a time zone'],
    [{ url: '' }, 'Address: '],
    [{ url: 'javascript:alert(1)' }, 'Address: expected an http or https URL'],
    [{ headers: 'no header' }, 'Headers: expected one header a line'],
    [{ headers: 'X: file:/etc/passwd' }, 'Headers: env: and file:'],
    [{ headers: 'X: env:HOME' }, 'Headers: env: and file:'],
    [{ credentials: 'password', user: 'a:b', secret: 'x' }, 'Credentials: expected a user name without a colon'],
    [{ credentials: 'token', secret: '' }, 'Credentials: the token is missing'],
    [{ secret: 'forgotten' }, 'Credentials: choose'],
  ])('that are wrong are refused by the name of the field: %j', async (wrong, message) => {
    const before = await readFile(file, 'utf8')
    const answer = await open().post(path, { ...(await formOf(open())), ...wrong })
    const html = await answer.text()
    expect([answer.status, html.includes(`Not saved: ${message}`)]).toEqual([400, true])
    expect(html).not.toContain('forgotten')
    expect(await readFile(file, 'utf8')).toBe(before)
    expect(await readdir(folder)).not.toContain('secrets.part')
  })

  it('that have changed in the file meanwhile are shown beside the typed ones, and saved the second time', async () => {
    const form = { ...(await formOf(open())), title: 'Mine' }
    await writeFile(file, JSON.stringify({ sources: [{ ...blog, title: 'Theirs' }] }))
    const answer = await open().post(path, form)
    const html = await answer.text()
    expect(answer.status).toBe(409)
    expect(html).toContain('sources.json has changed since this page was loaded')
    expect(html).toMatch(/value="Mine"[^>]*>[^/]*<strong>Now in the file: Theirs/)
    expect((await feedsNow())[0]!.title).toBe('Theirs')
    const version = /name="version" value="([\w-]+)"/.exec(html)![1]!
    expect((await open().post(path, { ...form, version })).status).toBe(303)
    expect((await feedsNow())[0]!.title).toBe('Mine')
  })

  it('are removed with the feed and its stored secret', async () => {
    await open().post(path, { ...(await formOf(open())), credentials: 'token', secret: 't0ken' })
    const { version = '' } = await formOf(open())
    expect((await open().post(`${path}/remove`, { version: 'old' })).status).toBe(409)
    expect((await open().post(`${path}/remove`, { version })).status).toBe(303)
    expect(await feedsNow()).toEqual([])
    expect(await readdir(join(folder, 'secrets'))).toEqual([])
    expect((await open().get(path)).status).toBe(404)
    expect((await open().post(path, { version })).status).toBe(409)
  })

  it('are changed only by forms of this reader', async () => {
    const before = await readFile(file, 'utf8')
    found = [{ url: 'https://new.example/rss', items: 3 }]
    for (const at of ['/sources/find', '/sources/add', path, `${path}/remove`])
      for (const [headers, token] of [
        [{ 'sec-fetch-site': 'cross-site' }, undefined],
        [{}, 'other'],
      ] as const) {
        const fields = { url: 'https://new.example/rss', ...(token === undefined ? undefined : { token }) }
        expect((await open().post(at, fields, headers)).status).toBe(403)
      }
    expect(await readFile(file, 'utf8')).toBe(before)
  })
})

it('the sources lead to the settings of each feed, and say what is switched off and muted', async () => {
  const page = await open().page('/sources')
  expect(page.all('a').map((link) => attribute(link, 'href'))).toContain(path)
  const off = () => [{ title: 'NewsAPI', why: 'off: set NEWSAPI_KEY to its key' }]
  const muted = await visitor({ off, sources: [{ key: url, title: 'Blog', isMuted: true }] }).page('/sources')
  const text = textOf(muted.all('main')[0])
  expect(text).toContain('set NEWSAPI_KEY')
  expect(text).toContain('muted')
  expect(muted.all('form').map((form) => attribute(form, 'action'))).not.toContain('/sources/find')
})
