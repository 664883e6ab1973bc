import { request } from 'node:http'
import { afterEach, describe, expect, it } from 'vitest'
import { type Control, type Dashboard, serveDashboard } from '../src/index.ts'
import { sampleLive } from './live-sample.ts'

const open: Dashboard[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((dashboard) => dashboard.close()))
})

async function served() {
  const wishes: Control[] = []
  const dashboard = await serveDashboard({ look: sampleLive, control: (wish) => void wishes.push(wish) })
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

  it('takes wishes from its own page only', async () => {
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
    [`{"action":"${'x'.repeat(2_000)}"}`, 'Payload Too Large'],
  ])('refuses the wish %s', async (body, message) => {
    const { url, wishes } = await served()
    const { status, text } = await ask(new URL('control', url), { method: 'POST', headers: json, body })
    expect([400, 413]).toContain(status)
    expect(text).toContain(message)
    expect(wishes).toEqual([])
  })

  it('names a port that is taken', async () => {
    const { url } = await served()
    const again = serveDashboard({ port: Number(url.port), look: sampleLive, control: () => {} })
    await expect(again).rejects.toThrow(`port ${url.port} of 127.0.0.1 cannot be used for the dashboard (EADDRINUSE)`)
  })
})
