import { once } from 'node:events'
import { request } from 'node:http'
import { connect } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { type Control, type Dashboard, serveDashboard } from '../src/index.ts'
import { sampleFind, sampleLive } from './live-sample.ts'

const open: Dashboard[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((dashboard) => dashboard.close()))
})

async function served() {
  const wishes: Control[] = []
  const dashboard = await serveDashboard({
    look: sampleLive,
    control: (wish) => {
      wishes.push(wish)
      return wish.action === 'stop' ? 'stopped' : undefined
    },
    find: sampleFind,
  })
  open.push(dashboard)
  return { url: new URL(dashboard.url), wishes }
}

interface Asked {
  readonly method?: string
  readonly headers?: Record<string, string>
  readonly body?: string
}

/** Headers as they are, such as a foreign Host, which fetch does not send. */
function ask(url: URL, { method = 'GET', headers = {}, body }: Asked = {}): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const asking = request(url, { method, headers }, (answer) => {
      let text = ''
      answer.setEncoding('utf8').on('data', (part: string) => {
        text += part
        if (answer.headers['content-type']?.startsWith('text/event-stream') && text.includes('\n\n')) asking.destroy()
      })
      answer.on('close', () => resolve({ status: answer.statusCode!, text }))
    })
    asking.on('error', reject)
    asking.end(body)
  })
}

const json = { 'content-type': 'application/json' }

describe('the server of the live page', () => {
  it('serves the page, its script and pictures of the run under its token', async () => {
    const { url } = await served()
    expect((await ask(url)).text).toContain('<script type="module" src="page.js">')
    expect((await ask(new URL('page.css', url))).text).toContain('#controls')
    const { text } = await ask(new URL('events', url))
    expect(JSON.parse(/^data: (.*)$/m.exec(text)![1]!)).toMatchObject({ state: 'running', inFlight: 12 })
  })

  it.each(['/', '/events', `/${'x'.repeat(24)}/`, '/page.js'])('tells nothing at %s', async (path) => {
    const { url } = await served()
    expect(await ask(new URL(path, url))).toEqual({ status: 404, text: 'Not found\n' })
  })

  it.each(['evil.example', `evil.example:1`, 'localhost.evil.example'])(
    'tells nothing to the host %j',
    async (host) => {
      const { url } = await served()
      expect((await ask(url, { headers: { host } })).status).toBeGreaterThanOrEqual(400)
    },
  )

  it('takes commands from its own page only', async () => {
    const { url, wishes } = await served()
    const control = new URL('control', url)
    const body = '{"action":"pause"}'
    const post = (headers: Record<string, string>, text = body) => ask(control, { method: 'POST', headers, body: text })
    expect((await post({ ...json, origin: 'http://evil.example' })).status).toBe(403)
    expect((await post({ ...json, origin: 'null' })).status).toBe(403)
    expect((await post({ 'content-type': 'text/plain', origin: url.origin })).status).toBe(403)
    expect(wishes).toEqual([])
    expect((await post({ ...json, origin: url.origin })).status).toBe(204)
    expect(wishes).toEqual([{ action: 'pause' }])
  })

  it.each([
    ['', 'expected JSON'],
    ['null', 'action: expected'],
    ['{"action":"rm"}', 'action: expected'],
    ['{"action":"concurrency","value":0}', 'value: expected a whole number from 1 to 100000'],
    ['{"action":"concurrency","value":1e9}', 'value: expected a whole number'],
    ['{"action":"rate","value":"often"}', 'rate'],
    ['{"action":"rate"}', 'rate'],
    [`{"action":"${'x'.repeat(70_000)}"}`, 'Payload Too Large'],
    ['{"action":"retry","error":{"code":"X"}}', 'error: expected a code and a message'],
    ['{"action":"retry","error":null}', 'error: expected a code and a message'],
  ])('refuses the wish %s', async (body, message) => {
    const { url, wishes } = await served()
    const { status, text } = await ask(new URL('control', url), { method: 'POST', headers: json, body })
    expect([400, 413]).toContain(status)
    expect(text).toContain(message)
    expect(wishes).toEqual([])
  })

  it('refuses a wish without a length, which ended as an error of the server', async () => {
    const { url, wishes } = await served()
    const asked = { method: 'POST', headers: { ...json, 'transfer-encoding': 'chunked' }, body: '{"action":"pause"}' }
    expect(await ask(new URL('control', url), asked)).toEqual({ status: 411, text: 'Content-Length is missing.\n' })
    expect(wishes).toEqual([])
  })

  it('answers a command with the text that it led to', async () => {
    const { url } = await served()
    const post = (body: string) => ask(new URL('control', url), { method: 'POST', headers: json, body })
    expect(await post('{"action":"stop"}')).toEqual({ status: 200, text: 'stopped' })
    expect(await post('{"action":"retry"}')).toEqual({ status: 204, text: '' })
  })

  it('skips snapshots for a reader that is slow, instead of keeping them', async () => {
    const size = 4_000_000
    let looks = 0
    const look = () => {
      looks++
      return { ...sampleLive(), heldBy: ['x'.repeat(size)] }
    }
    const dashboard = await serveDashboard({ look, control: () => undefined, find: sampleFind })
    const url = new URL(dashboard.url)
    const reader = connect(Number(url.port), url.hostname)
    reader.write(`GET ${url.pathname}events HTTP/1.1\r\nhost: ${url.host}\r\n\r\n`)
    await once(reader, 'readable')
    const body = '{"action":"pause"}'
    for (let count = 0; count < 40; count++) await ask(new URL('control', url), { method: 'POST', headers: json, body })
    let received = 0
    reader.on('data', (part: Buffer) => {
      received += part.length
    })
    const ended = once(reader, 'close')
    await dashboard.close()
    await ended
    expect(looks).toBeGreaterThan(20)
    expect(received).toBeLessThan(8 * size)
  })

  it('passes the fields of a search on, classes of statuses as all their statuses', async () => {
    const { url } = await served()
    const filterOf = async (query: string): Promise<unknown> => {
      const { text } = await ask(new URL(`calls?${query}`, url))
      return JSON.parse((JSON.parse(text) as { calls: { call: { id: string } }[] }).calls[0]!.call.id)
    }
    expect(await filterOf('')).toEqual({})
    expect(await filterOf('text=a%20b%26&ending=503,+sluice_connect&failed=1&after=7')).toEqual({
      text: 'a b&',
      endings: ['503', 'SLUICE_CONNECT'],
      isFailed: true,
      after: 7,
    })
    expect(await filterOf('index=12')).toEqual({ index: 12 })
    const { endings } = (await filterOf('ending=4xx')) as { endings: string[] }
    expect([endings.length, endings[0], endings.at(-1)]).toEqual([100, '400', '499'])
  })

  it.each([
    [`text=${'x'.repeat(201)}`, 'text: at most 200 characters'],
    [`ending=${'5xx,'.repeat(21)}`, 'status: at most 20 statuses or codes'],
    ['after=-1', 'index: expected a whole number'],
    ['index=1e99', 'index: expected a whole number'],
  ])('refuses the search %s', async (query, message) => {
    const { url } = await served()
    expect(await ask(new URL(`calls?${query}`, url))).toMatchObject({ status: 400, text: `${message}\n` })
  })

  it('names a port that is taken', async () => {
    const { url } = await served()
    const again = serveDashboard({
      port: Number(url.port),
      look: sampleLive,
      control: () => undefined,
      find: sampleFind,
    })
    await expect(again).rejects.toThrow(`port ${url.port} of 127.0.0.1 cannot be used for the dashboard (EADDRINUSE)`)
  })
})
