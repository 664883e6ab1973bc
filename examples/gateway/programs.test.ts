import { execFile, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createGateway } from '@sluice/gateway'
import { serveSimulator } from '@sluice/simulator'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findProgram, isMissing, python, pythonHas } from '../../test/real-servers/support/programs.ts'

const folder = import.meta.dirname
const perSecond = 100
const count = 150

/** Programs with more than `perSecond` requests at once: without the gateway most of them would be refused. */
describe('programs in other languages', () => {
  let api: Awaited<ReturnType<typeof serveSimulator>>
  let gateway: ReturnType<typeof createGateway>
  let url: string

  beforeAll(async () => {
    api = await serveSimulator({ scenario: { extends: 'products', latency: '5ms', limit: [`fixed:${perSecond}/s`] } })
    // Below the limit by as many as a busy machine may send late, a fifth of a second's.
    const client = { rate: `${0.8 * perSecond}/s`, concurrency: 50 } as const
    gateway = createGateway({ upstreams: [{ url: api.url, client }] })
    url = (await gateway.listen()).url
  })

  afterAll(async () => {
    await gateway.drain(0)
    await api.close()
  })

  const run = async (program: string, args: readonly string[]): Promise<string> =>
    await new Promise((resolve, reject) => {
      const { PATH, HOME, PYTHONPATH } = process.env
      const env = { PATH, HOME, PYTHONPATH, API: url, COUNT: String(count), NO_PROXY: '*' }
      execFile(program, args, { cwd: folder, env, timeout: 50_000 }, (error, stdout, stderr) =>
        error === null ? resolve(stdout) : reject(new Error(`${error.message}\n${stderr}`)),
      )
    })

  it.each([
    ['httpx_gather.py', 'httpx'],
    ['aiohttp_session.py', 'aiohttp'],
    ['requests_loop.py', 'requests'],
  ])('get no 429: %s', async (file, module) => {
    if (isMissing(`Python with ${module}`, pythonHas(module), `python3-${module}`)) return
    expect(await run(python, [file])).toBe(`{200: ${count}}\n`)
  })

  it('stream: openai_chat.py', async () => {
    if (isMissing('Python with openai', pythonHas('openai'), 'openai', `${python} -m pip install`)) return
    expect(await run(python, ['openai_chat.py'])).toMatch(/^(yes ){5,}\n$/)
  })

  it('get no 429: curl_loop.sh', async () => {
    if (isMissing('curl', findProgram('curl') !== undefined, 'curl')) return
    expect((await run('/bin/bash', ['curl_loop.sh'])).trim()).toBe(`${count} 200`)
  })

  it('get no 429: goroutines.go', async () => {
    const go = findProgram('go')
    if (isMissing('Go', go !== undefined, 'golang-go')) return
    const built = mkdtempSync(join(tmpdir(), 'goroutines-'))
    try {
      const binary = join(built, 'goroutines')
      const env = { ...process.env, GOCACHE: join(tmpdir(), 'sluice-go-cache'), GOFLAGS: '-p=1' }
      expect(spawnSync(go!, ['build', '-o', binary, join(folder, 'goroutines.go')], { env }).status).toBe(0)
      expect(await run(binary, [])).toBe(`map[200:${count}]\n`)
    } finally {
      rmSync(built, { recursive: true, force: true })
    }
  })

  it('have reached an API that refused hardly any of them, and these were retried', async () => {
    expect(api.stats().refused).toBeLessThan(5)
  })
})
