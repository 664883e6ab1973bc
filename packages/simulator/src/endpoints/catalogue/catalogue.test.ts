import { ManualClock } from 'sluice/testing'
import { beforeEach, describe, expect, it } from 'vitest'
import type { SimulatorRequest } from '../../request.ts'
import { createSimulator, type Simulator } from '../../simulator.ts'

interface Said {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  // biome-ignore lint/suspicious/noExplicitAny: arbitrary JSON.
  readonly json: any
}

let clock: ManualClock
let simulator: Simulator

beforeEach(() => {
  clock = new ManualClock()
  simulator = createSimulator({ latency: 0, tokenLifetime: '1min', redirectTo: 'https://b.test/' }, { clock })
})

/** Sends a request and returns its immediate response. */
function ask(path: string, more: Partial<SimulatorRequest> = {}): Said {
  let said: Said | undefined
  const visit = simulator.arrive({ method: 'GET', path: `/catalogue${path}`, headers: {}, ...more })
  visit.onAnswer((plan) => {
    if (plan.kind !== 'answer') return
    const text = Buffer.concat([...plan.body.chunks]).toString()
    said = { status: plan.status, headers: plan.headers, json: text === '' ? undefined : JSON.parse(text) }
  })
  visit.end('answered')
  return said!
}

function post(path: string, value: unknown, headers: Readonly<Record<string, string>> = {}): Said {
  const body = Buffer.from(typeof value === 'string' ? value : JSON.stringify(value))
  return ask(path, { method: 'POST', body, headers: { 'content-type': 'application/json', ...headers } })
}

function form(fields: string, headers: Readonly<Record<string, string>> = {}): Said {
  return post('/token', fields, { 'content-type': 'application/x-www-form-urlencoded', ...headers })
}

const logIn = () => post('/login', { user: 'ann', password: 'practice' }).json
const bearer = (token: string) => ({ authorization: `Bearer ${token}` })
const basic = (pair: string) => ({ authorization: `Basic ${Buffer.from(pair).toString('base64')}` })
const idsOf = (said: Said): number[] => said.json.items.map(({ id }: { id: number }) => id)
const upTo = (last: number, first = 1) => Array.from({ length: last - first + 1 }, (_, index) => first + index)

describe('signing in', () => {
  it('gives tokens to every user with the password, and lets those with a token in', () => {
    const { status, json, headers } = post('/login', { user: 'ann', password: 'practice' })
    expect([status, headers['cache-control']]).toEqual([200, 'no-store'])
    expect(json).toEqual({
      access_token: expect.stringMatching(/^[\w-]{43}$/),
      refresh_token: expect.stringMatching(/^[\w-]{43}$/),
      token_type: 'Bearer',
      expires_in: 60,
    })
    expect(ask('/products/1', { headers: bearer(json.access_token) }).status).toBe(200)
    expect(simulator.stats().paths).toEqual({ '/catalogue/login': 1, '/catalogue/products/:id': 1 })
  })

  it.each([
    [{ user: 'ann', password: 'guess' }, 401],
    [{ user: 'ann' }, 400],
    [{ user: '', password: 'practice' }, 400],
    ['{"user":', 400],
    [[], 400],
  ])('answers %j with %d', (body, status) => {
    expect(post('/login', body).status).toBe(status)
  })

  it.each(['/products', '/products/1', '/products/by-cursor', '/odd/circle', '/revoke'])('%s wants a token', (path) => {
    const method = path === '/revoke' ? 'POST' : 'GET'
    for (const headers of [{}, bearer('made-up'), basic('ann:practice'), { authorization: 'Bearer' }]) {
      const { status, headers: said, json } = ask(path, { method, headers })
      expect([status, said['www-authenticate']]).toEqual([401, 'Bearer error="invalid_token"'])
      expect(said['content-type']).toBe('application/problem+json')
      expect(json).toMatchObject({ title: 'Unauthorized', status: 401 })
    }
  })

  it('lets nobody in with a token that has expired, by the simulator’s clock', async () => {
    const { access_token } = logIn()
    const read = () => ask('/products/1', { headers: bearer(access_token) }).status
    await clock.advance(59_999)
    expect(read()).toBe(200)
    await clock.advance(1)
    expect(read()).toBe(401)
  })

  it('has the same tokens for the same seed, and others for others', () => {
    const first = logIn()
    simulator.reset()
    expect(ask('/products/1', { headers: bearer(first.access_token) }).status).toBe(401)
    expect(logIn()).toEqual(first)
    simulator = createSimulator({ latency: 0, seed: 2 }, { clock })
    expect(logIn().access_token).not.toBe(first.access_token)
  })

  it('takes all tokens back at a revocation, in the middle of whatever is going on', () => {
    const [mine, others] = [logIn(), logIn()]
    expect(ask('/revoke', { method: 'POST', headers: bearer(mine.access_token) }).status).toBe(204)
    for (const { access_token, refresh_token } of [mine, others]) {
      expect(ask('/products/1', { headers: bearer(access_token) }).status).toBe(401)
      expect(form(`grant_type=refresh_token&refresh_token=${refresh_token}`).json.error).toBe('invalid_grant')
    }
    expect(ask('/products/1', { headers: bearer(logIn().access_token) }).status).toBe(200)
  })
})

describe('the token endpoint', () => {
  it('takes a refresh token once, also after the access token has expired, and gives the next', async () => {
    const { access_token, refresh_token } = logIn()
    await clock.advance(3_600_000)
    const { status, json, headers } = form(`grant_type=refresh_token&refresh_token=${refresh_token}`)
    expect([status, headers['cache-control'], headers.pragma]).toEqual([200, 'no-store', 'no-cache'])
    expect(json).toMatchObject({ token_type: 'Bearer', expires_in: 60 })
    expect([access_token, refresh_token]).not.toContain(json.access_token)
    expect(ask('/products/1', { headers: bearer(json.access_token) }).status).toBe(200)
    const again = form(`grant_type=refresh_token&refresh_token=${refresh_token}`)
    expect([again.status, again.json.error]).toEqual([400, 'invalid_grant'])
    expect(form(`grant_type=refresh_token&refresh_token=${json.refresh_token}`).status).toBe(200)
  })

  it('knows a client by Basic or by its form, and gives it nothing to refresh with', () => {
    const inForm = form('grant_type=client_credentials&client_id=practice-client&client_secret=practice-secret')
    const byBasic = form('grant_type=client_credentials', basic('practice-client:practice-secret'))
    for (const { status, json } of [inForm, byBasic]) {
      expect([status, Object.keys(json)]).toEqual([200, ['access_token', 'token_type', 'expires_in']])
      expect(ask('/products/1', { headers: bearer(json.access_token) }).status).toBe(200)
    }
  })

  it.each([
    ['', {}, 400, 'invalid_request'],
    ['grant_type=refresh_token', {}, 400, 'invalid_request'],
    ['grant_type=refresh_token&refresh_token=x', {}, 400, 'invalid_grant'],
    ['grant_type=refresh_token&refresh_token=x&refresh_token=x', {}, 400, 'invalid_request'],
    ['grant_type=password', {}, 400, 'unsupported_grant_type'],
    ['grant_type=client_credentials', {}, 401, 'invalid_client'],
    ['grant_type=client_credentials&client_id=practice-client&client_secret=no', {}, 401, 'invalid_client'],
    ['grant_type=client_credentials', basic('practice-client:no'), 401, 'invalid_client'],
    ['grant_type=client_credentials&client_secret=x', basic('practice-client:practice-secret'), 400, 'invalid_request'],
    ['grant_type=client_credentials', { 'content-type': 'application/json' }, 400, 'invalid_request'],
  ])('answers "%s" %j with %d %s', (fields, headers: Record<string, string>, status, error) => {
    const said = form(fields, headers)
    expect([said.status, said.json.error]).toEqual([status, error])
    const challenge = status === 401 && 'authorization' in headers ? 'Basic realm="practice"' : undefined
    expect(said.headers['www-authenticate']).toBe(challenge)
  })
})

describe('pages', () => {
  let headers: Readonly<Record<string, string>>
  const get = (path: string, more: Partial<SimulatorRequest> = {}) => ask(path, { headers, ...more })

  beforeEach(() => {
    headers = bearer(logIn().access_token)
  })

  it('are numbered, with totals and the way to the others', () => {
    const page = get('/products?page=2&per_page=10&total=25')
    expect(page.json).toMatchObject({ page: 2, per_page: 10, total: 25, total_pages: 3 })
    expect(idsOf(page)).toEqual(upTo(20, 11))
    expect(page.headers.link).toContain('</catalogue/products?page=3&per_page=10&total=25>; rel="next"')
    const last = get('/products?page=3&per_page=10&total=25')
    expect(idsOf(last)).toEqual(upTo(25, 21))
    expect(last.headers.link).not.toContain('next')
    expect(get('/products?page=4&per_page=10&total=25').json.items).toEqual([])
    expect(get('/products').json).toMatchObject({ total: 5_000, total_pages: 250 })
    expect(get('/products?total=0').json).toMatchObject({ items: [], total: 0, total_pages: 0 })
  })

  it('go by offset', () => {
    const page = get('/products/by-offset?offset=20&limit=10&total=25')
    expect(page.json).toMatchObject({ offset: 20, limit: 10, total: 25 })
    expect(idsOf(page)).toEqual(upTo(25, 21))
  })

  it('go by cursor to the end, which the cursor knows', () => {
    const seen: number[] = []
    let cursor: string | null = ''
    for (let pages = 0; cursor !== null && pages < 10; pages++) {
      const page = get(`/products/by-cursor?cursor=${cursor}&limit=10${cursor === '' ? '&total=30' : ''}`)
      seen.push(...idsOf(page))
      cursor = page.json.next_cursor
    }
    expect(cursor).toBeNull()
    expect(seen).toEqual(upTo(30))
  })

  it('go by cursor past what is deleted meanwhile, and leave nothing out', () => {
    const first = get('/products/by-cursor?limit=3&total=6')
    for (const id of [1, 3, 5]) get(`/products/${id}`, { method: 'DELETE' })
    expect(idsOf(get(`/products/by-cursor?limit=3&cursor=${first.json.next_cursor}`))).toEqual([4, 6])
  })

  it.each(['made-up', 'MQ', Buffer.from('3.6.xxxxxxxxxxxx').toString('base64url')])(
    'refuse the cursor %s',
    (cursor) => {
      expect(get(`/products/by-cursor?cursor=${cursor}`).status).toBe(400)
    },
  )

  it('say where the next is, as a path or as a URL', () => {
    const page = get('/products/by-next?limit=10&total=15')
    expect(page.json.next).toBe('/catalogue/products/by-next?offset=10&limit=10&total=15')
    const rest = get('/products/by-next?offset=10&limit=10&total=15')
    expect([idsOf(rest), rest.json.next]).toEqual([upTo(15, 11), null])
    const absolute = '/products/by-next?limit=10&urls=absolute'
    expect(get(absolute, { origin: 'https://a.test' }).json.next).toBe(
      'https://a.test/catalogue/products/by-next?offset=10&limit=10&urls=absolute',
    )
    expect(get(absolute, { headers: { ...headers, host: 'a.test:81' } }).json.next).toMatch(/^http:\/\/a\.test:81\//)
  })

  it('are bare lists with a Link to the next, and to nothing else', () => {
    const page = get('/products/by-link?per_page=10&total=15')
    expect(page.json).toHaveLength(10)
    expect(page.headers.link).toBe('</catalogue/products/by-link?page=2&per_page=10&total=15>; rel="next"')
    const last = get('/products/by-link?page=2&per_page=10&total=15')
    expect([last.json.length, last.headers.link]).toEqual([5, undefined])
  })

  it.each([
    '/products?page=0',
    '/products?per_page=101',
    '/products?total=all',
    '/products/by-offset?offset=-1',
    '/products/by-offset?limit=0',
    '/products/by-next?offset=x',
    '/products/by-link?page=x',
  ])('%s is no page', (path) => {
    expect(get(path).status).toBe(400)
  })

  it('show what was created and no longer what was deleted', () => {
    post('/products', { name: 'Lamp' }, headers)
    get('/products/2', { method: 'DELETE' })
    expect(get('/products?per_page=3').json).toMatchObject({ items: [{ id: 1 }, { id: 3 }, { id: 4 }], total: 5_000 })
    expect(idsOf(get('/products/by-offset?offset=4998'))).toEqual([5_000, 5_001])
  })

  describe('that are odd', () => {
    /** Follows `next`, page by page. */
    const follow = (path: string, times: number) => {
      const seen = [path]
      for (let next: string | null = path; next !== null && seen.length < times; ) {
        next = get(next.replace('/catalogue', '')).json.next
        if (next !== null) seen.push(next)
      }
      return seen
    }

    it('lead on forever, to ever new pages', () => {
      expect(new Set(follow('/catalogue/odd/endless', 50)).size).toBe(50)
      const page = get('/odd/endless?cursor=7')
      expect(page.json).toMatchObject({ next: '/catalogue/odd/endless?page=8', next_cursor: '8' })
      expect(page.headers.link).toBe('</catalogue/odd/endless?page=8>; rel="next"')
    })

    it('lead in a circle', () => {
      const pages = follow('/catalogue/odd/circle?page=1', 5).map((path) => path.at(-1))
      expect(pages).toEqual(['1', '2', '3', '1', '2'])
    })

    it('are always the same page', () => {
      expect(get('/odd/same-page?page=3').json).toEqual(get('/odd/same-page').json)
    })

    it('bring more or fewer than they tell', () => {
      const brought = (name: string) =>
        follow(`/catalogue/odd/${name}`, 10).flatMap((path) => idsOf(get(path.replace('/catalogue', ''))))
      expect([brought('more-than-told'), get('/odd/more-than-told').json.total]).toEqual([upTo(12), 5])
      expect([brought('fewer-than-told'), get('/odd/fewer-than-told').json.total]).toEqual([upTo(5), 12])
      expect(idsOf(get('/odd/more-than-told?offset=6'))).toEqual([7, 8, 9])
    })

    it('lead to another host', () => {
      expect(get('/odd/elsewhere').json.next).toBe('https://b.test/catalogue/products/by-next?offset=3&limit=3')
    })

    it('have no items, or a total that is no number', () => {
      expect(get('/odd/no-items').json).not.toHaveProperty('items')
      expect(get('/odd/text-total').json).toMatchObject({ total: 'about a dozen', total_pages: 'a few' })
      expect(get('/odd/constructor').status).toBe(404)
    })
  })
})

describe('products', () => {
  let headers: Readonly<Record<string, string>>
  const send = (method: string, path: string, value?: unknown, more: Readonly<Record<string, string>> = {}) =>
    ask(path, {
      method,
      body: Buffer.from(value === undefined ? '' : JSON.stringify(value)),
      headers: { ...headers, 'content-type': 'application/json', ...more },
    })

  beforeEach(() => {
    headers = bearer(logIn().access_token)
  })

  it('are distinguished from their former selves by ETag and date', () => {
    const first = send('GET', '/products/7')
    expect(first.headers).toMatchObject({
      etag: expect.stringMatching(/^"[\w-]{22}"$/),
      'last-modified': expect.stringMatching(/ GMT$/),
      'cache-control': 'private, max-age=60',
    })
    const { etag, 'last-modified': since } = first.headers as Record<'etag' | 'last-modified', string>
    for (const condition of [{ 'if-none-match': etag }, { 'if-modified-since': since }]) {
      const { status, json, headers: said } = send('GET', '/products/7', undefined, condition)
      expect([status, json, said.etag]).toEqual([304, undefined, etag])
    }
    expect(send('PUT', '/products/7', { name: 'Other' }).status).toBe(200)
    for (const condition of [{ 'if-none-match': etag }, { 'if-modified-since': since }]) {
      expect(send('GET', '/products/7', undefined, condition)).toMatchObject({ status: 200, json: { name: 'Other' } })
    }
    expect(send('PUT', '/products/7', { name: 'Third' }, { 'if-match': etag }).status).toBe(412)
  })

  it('are created, where Location says', async () => {
    await clock.advance(5_000)
    const created = send('POST', '/products', { name: 'Lamp', price: 3, tags: ['new'], id: 1 })
    expect(created).toMatchObject({ status: 201, headers: { location: '/catalogue/products/5001' } })
    expect(send('GET', '/products/5001').json).toEqual(created.json)
    expect(created.json).toEqual({
      id: 5_001,
      name: 'Lamp',
      category: 'home',
      price: 3,
      currency: 'EUR',
      stock: 0,
      rating: 0,
      tags: ['new'],
      updated_at: '2026-01-01T00:00:05.000Z',
    })
  })

  it('are created once for a key, and not with another body', () => {
    const key = { 'idempotency-key': 'k' }
    const first = send('POST', '/products', { name: 'Lamp' }, key)
    expect(send('POST', '/products', { name: 'Lamp' }, key)).toEqual(first)
    expect(send('POST', '/products', { name: 'Chair' }, key).status).toBe(422)
    expect(send('POST', '/products', { name: 'Lamp' }, { 'idempotency-key': 'other' }).json.id).toBe(5_002)
    expect(send('GET', '/products').json.total).toBe(5_002)
  })

  it('are created though the client leaves before the response', async () => {
    simulator = createSimulator({ latency: '1s' }, { clock })
    const body = Buffer.from('{"name":"Lamp"}')
    const arrive = (path: string, more: Readonly<Record<string, string>>, sent: Uint8Array) =>
      simulator.arrive({
        method: 'POST',
        path,
        headers: { 'content-type': 'application/json', ...more },
        body: sent,
      })
    arrive('/catalogue/login', {}, Buffer.from('{"user":"ann","password":"practice"}')).end('aborted')
    arrive('/catalogue/products', { ...headers, 'idempotency-key': 'k' }, body).end('aborted')
    const again = arrive('/catalogue/products', { ...headers, 'idempotency-key': 'k' }, body)
    let status = 0
    let text = ''
    again.onAnswer((plan) => {
      if (plan.kind !== 'answer') return
      status = plan.status
      text = Buffer.concat([...plan.body.chunks]).toString()
    })
    await clock.advance(1_000)
    expect([status, JSON.parse(text).id]).toEqual([201, 5_001])
  })

  it('must have a name, and be JSON', () => {
    const nameless = send('POST', '/products', { price: -1 })
    expect(nameless.status).toBe(422)
    expect(nameless.headers['content-type']).toBe('application/problem+json')
    expect(nameless.json).toMatchObject({
      title: 'Unprocessable Content',
      status: 422,
      errors: [
        { pointer: '#/name', detail: 'missing: expected a text of 1 to 200 characters' },
        { pointer: '#/price', detail: 'expected a number from 0 to 1000000' },
      ],
    })
    expect(send('POST', '/products', { name: 'Lamp' }, { 'content-type': 'text/plain' }).status).toBe(415)
    expect(post('/products', '{"name":', headers).status).toBe(400)
    expect(send('PUT', '/products/1', {}).status).toBe(422)
  })

  it('are gone when deleted, until a reset', () => {
    expect(send('DELETE', '/products/7').status).toBe(204)
    for (const method of ['GET', 'PUT', 'DELETE']) expect(send(method, '/products/7', { name: 'x' }).status).toBe(404)
    simulator.reset()
    headers = bearer(logIn().access_token)
    expect(send('GET', '/products/7').status).toBe(200)
    expect(send('GET', '/products/5001').status).toBe(404)
  })

  it('answer to their methods only', () => {
    expect(send('PATCH', '/products/1')).toMatchObject({ status: 405, headers: { allow: 'GET, HEAD, PUT, DELETE' } })
    expect(send('GET', '/login').status).toBe(405)
  })
})
