import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Client, createClient } from 'sluice'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { runScript } from '../doc-blocks.ts'

// Scripts of the docs that need no framework: the others run by `npm run test:frameworks`.

const seen: { readonly path: string; readonly key: string | undefined }[] = []
const server = createServer((request, response) => {
  const path = request.url!
  seen.push({ path, key: request.headers['idempotency-key'] as string | undefined })
  if (path.endsWith('/slow')) return
  const status = path.endsWith('/404') ? 404 : path.endsWith('/later') ? 429 : 200
  const headers = status === 429 ? { 'retry-after': '7200' } : {}
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify({ path }))
})
let api: Client

beforeEach(async () => {
  seen.length = 0
  if (!server.listening) await once(server.listen(0, '127.0.0.1'), 'listening')
  api = createClient({ baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, proxy: 'none' })
})
afterEach(async () => {
  await api.close()
  server.closeAllConnections()
  server.close()
})

it('the route for Next answers, passes on failures, and cancels the call of a visitor who leaves', async () => {
  const get = (await runScript('docs/in-a-server.md', 'Next', { api })) as (
    request: Request,
    context: { readonly params: Promise<{ readonly id: string }> },
  ) => Promise<Response>
  const ask = (id: string, signal?: AbortSignal): Promise<Response> =>
    get(new Request(`http://shop.test/prices/${id}`, signal === undefined ? {} : { signal }), {
      params: Promise.resolve({ id }),
    })

  expect(await (await ask('7')).json()).toEqual({ path: '/prices/7' })
  const refused = await ask('404')
  expect([refused.status, await refused.json()]).toEqual([503, { error: 'SLUICE_CLIENT_ERROR' }])
  const gone = new AbortController()
  const left = ask('slow', gone.signal)
  await vi.waitFor(() => expect(seen.at(-1)?.path).toBe('/prices/slow'), 10_000)
  gone.abort()
  await expect(left).rejects.toThrow('aborted')
  await vi.waitFor(() => expect(api.status().inFlight).toBe(0), 10_000)
})

it('the shutdown lets a request under way finish, and closes the client after it', async () => {
  const order: string[] = []
  const shop = createServer(async (_request, response) => {
    order.push((await api.try('/prices/7')).ok ? 'answered' : 'failed')
    response.end()
  })
  await once(shop.listen(0, '127.0.0.1'), 'listening')
  const { port } = shop.address() as AddressInfo
  let stop = (): void => {}
  const process = { once: (_signal: string, listener: () => void) => (stop = listener) }
  const sharedLimits = { close: () => order.push('limits closed') }
  await runScript('docs/in-a-server.md', 'SIGTERM', { process, server: shop, api, sharedLimits })

  const visit = fetch(`http://127.0.0.1:${port}/`, { headers: { connection: 'close' } })
  await once(shop, 'request')
  stop()

  expect((await visit).status).toBe(200)
  await vi.waitFor(() => expect(order).toEqual(['answered', 'limits closed']), 10_000)
  expect(await api.try('/prices/8')).toMatchObject({ ok: false, error: { code: 'SLUICE_CLOSED' } })
})

it('the worker for BullMQ sends the id of a job as its key, and puts it off until the date of Retry-After', async () => {
  class DelayedError extends Error {}
  let work: (job: object) => Promise<unknown> = () => Promise.reject(new Error('no worker was made'))
  class Worker {
    constructor(_name: string, process: typeof work) {
      work = process
    }
  }
  const client = { try: (request: object) => api.try({ ...request, url: path } as never) }
  let path = '/prices'
  await runScript('docs/in-a-job-queue.md', 'BullMQ', { api: client, Worker, DelayedError, connection: {} })
  const delays: number[] = []
  const job = { id: 'job-1', data: { id: 1 }, token: 't', moveToDelayed: (until: number) => delays.push(until) }

  expect(await work(job)).toEqual({ path: '/prices' })
  path = '/prices/404'
  await expect(work(job)).rejects.toThrow('404')
  path = '/prices/later'
  const asked = Date.now()
  await expect(work(job)).rejects.toBeInstanceOf(DelayedError)
  expect(delays).toHaveLength(1)
  expect(delays[0]! - asked).toBeGreaterThan(7_190_000)
  expect(new Set(seen.map(({ key }) => key))).toEqual(new Set(['job-1']))
})
