import { describe, expect, it } from 'vitest'
import { textOf } from '../../../../test/pages/parsed-page.ts'
import { sampleStories } from './sample-news.ts'
import { smallStore } from './small-store.ts'
import { visitor } from './visitor.ts'

const mark = { id: '1', read: '1', back: '/' }

describe('the reader', () => {
  it.each(['localhost', 'localhost:3000', '127.0.0.1:80', '[::1]:8080', 'LOCALHOST:1'])(
    'answers as %s',
    async (host) => {
      expect((await visitor().get('/', { host })).status).toBe(200)
    },
  )

  it.each([
    'news.example',
    'localhost.evil.example',
    '127.0.0.1.evil.example:80',
    'evil.example:127',
    '127.0.0.2',
    '0.0.0.0:80',
    'localhost:80@evil.example',
    '',
  ])('does not answer as “%s”, against DNS rebinding', async (host) => {
    for (const path of ['/', '/feed.xml', '/assets/reader.js']) {
      const answer = await visitor().get(path, { host })
      expect(answer.status).toBe(403)
      expect(await answer.text()).not.toContain('comet')
    }
  })

  it('sends a policy with every response: nothing from elsewhere, nothing inline, no referrer', async () => {
    for (const path of ['/', '/sources', '/feed.xml', '/assets/reader.js', '/nowhere', '/?limit=0']) {
      const { headers } = await visitor().get(path)
      expect(headers.get('content-security-policy')).toBe(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
          "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
      )
      expect(headers.get('referrer-policy')).toBe('no-referrer')
      expect(headers.get('x-content-type-options')).toBe('nosniff')
      expect(headers.get('x-frame-options')).toBe('DENY')
    }
  })

  it('lets the page of a story load images and media, and images only from itself if it fetches them', async () => {
    const policyOf = async (options = {}) =>
      (await visitor(options).get('/story/1')).headers.get('content-security-policy')
    expect(await policyOf()).toBe(
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' https: http:; media-src https: http:; " +
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    )
    expect(await policyOf({ image: async () => undefined })).toContain("img-src 'self'; media-src https: http:;")
  })
})

describe('a form', () => {
  it.each<[string, Record<string, string>, Record<string, string>]>([
    ['from another site', { 'sec-fetch-site': 'cross-site' }, {}],
    ['from another port of this machine', { 'sec-fetch-site': 'same-site' }, {}],
    ['typed in by nobody', { 'sec-fetch-site': 'none' }, {}],
    ['of an old browser, from another origin', { 'sec-fetch-site': '', origin: 'http://evil.example' }, {}],
    ['of an old browser, from another port', { 'sec-fetch-site': '', origin: 'http://localhost:8081' }, {}],
    ['of an old browser, from nowhere', { 'sec-fetch-site': '', origin: 'null' }, {}],
    ['with another token', {}, { token: 'token-of-the-tesT' }],
    ['without a token', {}, { token: '' }],
  ])('%s changes nothing', async (_, headers, fields) => {
    const store = smallStore(sampleStories())
    const { post } = visitor({ store, refresh: async () => expect.unreachable() })
    for (const path of ['/stories/mark', '/stories/mark-all-read', '/refresh'])
      expect((await post(path, { ...mark, upto: '1', ...fields }, headers)).status).toBe(403)
    expect(store.asked).toEqual([])
  })

  it('of an old browser counts if its origin is our own', async () => {
    const { app } = visitor()
    const answer = await app.request('/stories/mark', {
      method: 'POST',
      body: new URLSearchParams({ ...mark, token: 'token-of-the-test' }).toString(),
      headers: {
        host: 'localhost:8080',
        origin: 'http://localhost:8080',
        'content-type': 'application/x-www-form-urlencoded',
      },
    })
    expect(answer.status).toBe(303)
  })

  it('is refused if it is of another type or too large', async () => {
    const { post } = visitor()
    expect((await post('/stories/mark', mark, { 'content-type': 'text/plain' })).status).toBe(415)
    expect((await post('/stories/mark', { ...mark, filler: 'x'.repeat(70_000) })).status).toBe(413)
  })

  it.each<[Record<string, string | string[]>]>([
    [{ ...mark, id: [] }],
    [{ ...mark, id: '-1' }],
    [{ ...mark, id: '1e5' }],
    [{ ...mark, id: Array.from({ length: 501 }, (_, index) => String(index)) }],
    [{ ...mark, read: '2' }],
    [{ id: '1', back: '/' }],
    [{ ...mark, back: '/?limit=0' }],
  ])('with an invalid field is refused: %j', async (fields) => {
    const store = smallStore(sampleStories())
    expect((await visitor({ store }).post('/stories/mark', fields)).status).toBe(400)
    expect(store.asked).toEqual([])
  })

  it.each([
    ['/?source=hn&q=', '/?source=hn'],
    ['/sources', '/sources'],
    ['https://evil.example/', '/'],
    ['//evil.example/', '/'],
    ['/\\evil.example', '/'],
    ['javascript:alert(1)', '/'],
    ['/story/3?x#y', '/story/3'],
    ['/stories/mark', '/'],
  ])('that came from %s leads back to %s, never elsewhere', async (back, location) => {
    const answer = await visitor().post('/stories/mark', { ...mark, id: ['1', '2'], back })
    expect([answer.status, answer.headers.get('location')]).toEqual([303, location])
  })
})

describe('an address', () => {
  it.each([
    '/?limit=0',
    '/?limit=201',
    '/?limit=1e2',
    '/?state=new',
    '/?starred=yes',
    '/?after=1',
    '/?after=99999999999999999_1',
    '/?q=a&q=b',
    `/?${Array.from({ length: 51 }, (_, index) => `source=${index}`).join('&')}`,
    `/feed.xml?section=${'x'.repeat(101)}`,
  ])('beyond its bounds is answered with a page that says so: %s', async (path) => {
    const reader = visitor()
    const answer = await reader.get(path)
    expect([answer.status, answer.headers.get('content-type')]).toEqual([400, 'text/html; charset=UTF-8'])
    expect(textOf((await reader.page(path)).all('h1')[0])).toBe('Not possible')
  })
})

describe('an internal error', () => {
  it('is reported to the operator, and not on the page', async () => {
    const wrong = new Error('postgres://user:secret@host is gone')
    const errors: unknown[] = []
    const store = { ...smallStore([]), stories: () => Promise.reject(wrong) }
    const reader = visitor({ store, onError: (error) => errors.push(error) })
    const answer = await reader.get('/')
    expect(answer.status).toBe(500)
    const text = await answer.text()
    expect(text).toContain('Something went wrong')
    expect(text).not.toMatch(/secret|\.ts:|at .*\(/)
    expect(errors).toEqual([wrong])
  })
})
