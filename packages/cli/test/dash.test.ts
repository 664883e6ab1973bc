import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, it, onTestFinished } from 'vitest'
import { pictureAt } from './picture-at.ts'
import { finished, sluice, startSluice, temporaryFolder } from './run-sluice.ts'

it('serves a live page while the run continues, from which it is paused, changed and stopped', async () => {
  let received = 0
  const server = createServer((_, response) => {
    received++
    response.end('{}')
  })
  onTestFinished(() => void server.close())
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  const urls = `http://127.0.0.1:${port}/[1-5000]?api_key=hush-hush`
  const child = startSluice(['fetch', urls, '--dash', '--rate', '20/s', '-o', 'out.jsonl', '--progress', 'none'])
  const ended = finished(child)
  const text = await new Promise<string>((resolve) => {
    let said = ''
    child.stderr.on('data', (part: string) => {
      said += part
      if (/live page: \S+\n/.test(said)) resolve(said)
    })
  })
  const url = /live page: (\S+)/.exec(text)![1]!
  expect(await (await fetch(url)).text()).toContain('page.js')
  expect((await fetch(new URL('page.js', url))).headers.get('content-type')).toContain('javascript')
  const steer = (wish: object) =>
    fetch(new URL('control', url), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(wish),
    })

  await steer({ action: 'pause' })
  const paused = await pictureAt(url)
  expect(paused).toMatchObject({ state: 'paused', settings: { '--rate': '20/s' } })
  expect(JSON.stringify(paused)).not.toContain('hush-hush')
  const before = received
  await steer({ action: 'rate', value: '2000/s' })
  await steer({ action: 'concurrency', value: 3 })
  expect(await pictureAt(url)).toMatchObject({ state: 'paused', concurrency: 3 })
  expect(received).toBeLessThanOrEqual(before + 10)

  await steer({ action: 'continue' })
  await expect.poll(() => received, { timeout: 20_000 }).toBeGreaterThan(before + 100)
  await steer({ action: 'stop' })
  expect((await ended).code).toBe(130)
})

it('refuses a port that is none before anything is sent', async () => {
  const { code, stderr } = await sluice(['fetch', 'http://127.0.0.1:1/', '--dash', 'x'])
  expect([code, stderr]).toEqual([2, expect.stringContaining('--dash: expected a whole number from 0 up, got "x"')])
})

it('serves the runs of a store until it is stopped, and prints the address of the page of one', async () => {
  const cwd = temporaryFolder()
  await sluice(['fetch', 'http://127.0.0.1:1/[1-3]', '--attempts', '1', '--store', 'run.db', '--name', 'k'], { cwd })
  const child = startSluice(['dash', 'k', '--store', 'run.db'], { cwd })
  const ended = finished(child)
  const [line] = (await once(child.stdout, 'data')) as [string]
  expect(line).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/[\w-]{24}\/runs\/1\/\n$/)
  expect(await pictureAt(line.trim())).toMatchObject({
    state: 'ended',
    report: { title: 'k', failed: 3, errors: [{ code: 'SLUICE_CONNECT', count: 3 }] },
    failures: [{ code: 'SLUICE_CONNECT' }, {}, {}],
  })
  expect(await pictureAt(line.replace(/runs.*/s, ''))).toMatchObject({ runs: [{ name: 'k', state: 'finished' }] })
  child.kill('SIGTERM')
  expect((await ended).code).toBe(143)
})
