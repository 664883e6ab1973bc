import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { serveSimulator } from '@sluice/simulator'
import { describe, expect, it, onTestFinished } from 'vitest'
import { finished, sluice, startSluice, temporaryFolder } from './run-sluice.ts'

async function servedApi() {
  const api = await serveSimulator({ scenario: { extends: 'products', latency: '5ms' } })
  onTestFinished(() => api.close())
  return api
}

describe('sluice gateway', () => {
  it('forwards to the upstreams of a file, reads it again on SIGHUP, and ends gracefully on SIGTERM', async () => {
    const api = await servedApi()
    const folder = temporaryFolder()
    const file = join(folder, 'gateway.json')
    const write = (upstreams: object, others = {}): void =>
      writeFileSync(file, JSON.stringify({ concurrency: 7, ...others, upstreams }))
    write({ shop: { url: api.url, rate: '100/s', auth: 'bearer:env:SHOP_KEY' }, other: api.url })
    const env = { SHOP_KEY: 'geheim-4711', TOKEN: 'open-sesame-1' }
    const flags = ['--port', '0', '--health', '0', '--client-token', 'env:TOKEN', '--dash', '--color', 'never']
    const child = startSluice(['gateway', '--config', file, ...flags], {
      cwd: folder,
      env: { ...env, LANG: 'C.UTF-8' },
    })
    let stderr = ''
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text
    })
    const ended = finished(child)
    const url = await new Promise<string>((resolve) =>
      child.stdout.on('data', (text: string) => resolve(/^listening (\S+)\n/.exec(text)![1]!)),
    )
    await expect.poll(() => stderr, { timeout: 20_000 }).toContain('SIGHUP reads the settings again')
    expect(stderr).toContain(`/shop/ → ${api.url}: 7 in flight, 100/s, adds credentials, longest wait 1min\n`)
    expect(stderr).toContain(`/other/ → ${api.url}: 7 in flight, longest wait 1min\n`)
    const health = /health at (\S+)\/readyz/.exec(stderr)![1]!
    expect(await (await fetch(`${health}/readyz`)).text()).toBe('ready\n')

    const get = async (path: string, headers: Record<string, string> = { authorization: `Bearer ${env.TOKEN}` }) => {
      const response = await fetch(url + path, { headers })
      await response.arrayBuffer()
      return response
    }
    const response = await get('/shop/products/1')
    expect([response.status, response.headers.get('server-timing')]).toEqual([
      200,
      expect.stringMatching(/^queue;dur=.*attempts;desc="1"$/),
    ])
    const statuses = [await get('/shop/products/1', {}), await get('/elsewhere/products/1')].map(({ status }) => status)
    expect(statuses).toEqual([401, 404])

    write({ shop: { url: api.url, rate: '50/s' }, third: api.url }, { grace: '5s', listen: '127.0.0.2' })
    child.kill('SIGHUP')
    await expect
      .poll(() => stderr, { timeout: 20_000 })
      .toContain('--listen, --grace: changed, but used only after a restart')
    expect(stderr).toContain('/third/ →')
    expect([(await get('/third/products/1')).status, (await get('/other/products/1')).status]).toEqual([200, 404])

    write({ shop: { url: api.url, rte: '50/s' } })
    child.kill('SIGHUP')
    await expect.poll(() => stderr, { timeout: 20_000 }).toContain('the settings are unchanged')
    expect(stderr).toContain(`${file}: upstreams.shop: there is no setting rte of an upstream; did you mean "rate"?`)
    expect((await get('/third/products/1')).status).toBe(200)

    const metrics = await (await fetch(`${health}/metrics`)).text()
    expect(metrics).toContain('sluice_gateway_responses_total{upstream="third",status="200"} 2\n')
    expect(metrics).toContain('sluice_gateway_refused_total{code="')

    const page = /live page: (\S+)/.exec(stderr)![1]!
    const pictures = (await fetch(`${page}events`)).body!.pipeThrough(new TextDecoderStream())
    let picture = ''
    for await (const text of pictures) {
      picture += text
      if (picture.includes('\n\n')) break
    }
    expect(JSON.parse(/^data: (.*)$/m.exec(picture)![1]!)).toMatchObject({
      title: url,
      state: 'serving',
      upstreams: [
        { path: '/shop/', concurrency: 7, waiting: 0, ended: 1, attempts: 1, statuses: { 200: 1 } },
        { path: '/third/', ended: 2, statuses: { 200: 2 } },
      ],
      callers: [{ path: '/third/', ended: 2, open: 0 }, { ended: 1 }],
      refused: { GATEWAY_TOKEN: 1, GATEWAY_NO_UPSTREAM: 2 },
    })

    child.kill('SIGTERM')
    const { code, stdout } = await ended
    expect(code).toBe(143)
    expect(stdout).toBe(`listening ${url}\n`)
    expect(stderr).toMatch(/\d+ requests answered with \d+ attempts, \d+ refused or failed here\n$/)
    expect(stderr).not.toContain(env.SHOP_KEY)
    expect(api.stats().requests).toBe(3)
  })

  it.each([
    [[], 'nothing to forward to: give --to URL, or upstreams in a settings file (--config)'],
    [['--to', ':1', '--listen', '0.0.0.0'], '--listen 0.0.0.0: other machines can reach it'],
    [['--to', ':1', '--to', 'b=:2'], '--to: several upstreams need a name each'],
    [['--to', 'a=:1', '--to', 'a=:2'], '--to: two upstreams have the name a'],
    [['--to', 'ftp://a.test'], '--to: expected an http or https URL such as https://api.example, got "ftp://a.test"'],
    [['--to', ':1', '--rate', '5'], '--rate: '],
    [['--to', ':1', '--dash-listen', '0.0.0.0'], '--dash-listen has no effect without --dash'],
    [['--to', ':1', '--store', 'sqlite:x.db'], '--store: gateways share limits on PostgreSQL'],
  ])('reports the problem with %j', async (args, message) => {
    const { code, stderr } = await sluice(['gateway', '--port', '0', ...args])
    expect(stderr).toContain(`error: `)
    expect(stderr).toContain(message)
    expect(code).toBe(2)
  })
})
