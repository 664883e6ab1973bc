import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { serve } from '@hono/node-server'
import { ApplicationFailure, asyncLocalStorage, Context } from '@temporalio/activity'
import express from 'express'
import fastify from 'fastify'
import { Hono } from 'hono'
import { PgBoss } from 'pg-boss'
import { type Client, createClient } from 'sluice'
import { afterEach, beforeEach, expect, it, onTestFinished, vi } from 'vitest'
import { runScript } from '../doc-blocks.ts'
import { openDatabase } from '../postgres/index.ts'

// The programs of docs/in-a-server.md and docs/in-a-job-queue.md, in the frameworks that they are for: npm run test:frameworks.

const seen: { readonly path: string; readonly key: string | undefined }[] = []
const backend = createServer((request, response) => {
  seen.push({ path: request.url!, key: request.headers['idempotency-key'] as string | undefined })
  if (request.url!.endsWith('/slow')) return
  response.writeHead(request.url!.endsWith('/404') ? 404 : 200, { 'content-type': 'application/json' })
  response.end(JSON.stringify({ path: request.url }))
})
let api: Client

beforeEach(async () => {
  seen.length = 0
  await once(backend.listen(0, '127.0.0.1'), 'listening')
  api = createClient({ baseUrl: `http://127.0.0.1:${(backend.address() as AddressInfo).port}`, proxy: 'none' })
})
afterEach(async () => {
  await api.close()
  backend.closeAllConnections()
  backend.close()
})

/** Starts each framework with its handler of the page. Returns its address. */
const starts: Readonly<Record<string, () => Promise<string>>> = {
  async Express() {
    const app = express()
    await runScript('docs/in-a-server.md', 'Express', { app, api })
    const server = app.listen(0, '127.0.0.1')
    onTestFinished(() => void server.close())
    await once(server, 'listening')
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  },
  async Fastify() {
    const app = fastify({ forceCloseConnections: true })
    await runScript('docs/in-a-server.md', 'Fastify', { fastify: app, api, sharedLimits: { close() {} } })
    onTestFinished(async () => {
      await app.close()
    })
    return await app.listen({ port: 0, host: '127.0.0.1' })
  },
  async Hono() {
    const app = new Hono()
    await runScript('docs/in-a-server.md', 'Hono', { app, api })
    const server = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' })
    onTestFinished(() => void server.close())
    await once(server, 'listening')
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  },
}

it.each(Object.keys(starts))(
  '%s answers, passes on failures, and cancels the call of a visitor who leaves',
  async (name) => {
    const url = await starts[name]!()

    expect(await (await fetch(`${url}/prices/7`)).json()).toEqual({ path: '/prices/7' })
    const refused = await fetch(`${url}/prices/404`)
    expect([refused.status, await refused.json()]).toEqual([503, { error: 'SLUICE_CLIENT_ERROR' }])
    const gone = new AbortController()
    const left = fetch(`${url}/prices/slow`, { signal: gone.signal })
    await vi.waitFor(() => expect(seen.at(-1)?.path).toBe('/prices/slow'), 10_000)
    expect(api.status().inFlight).toBe(1)
    gone.abort()
    await expect(left).rejects.toThrow('abort')
    await vi.waitFor(() => expect(api.status().inFlight).toBe(0), 10_000)
  },
)

it('pg-boss runs each job of a batch once, with its id as the key', async () => {
  const database = await openDatabase()
  onTestFinished(() => database.close())
  const boss = new PgBoss(database.url)
  boss.on('error', () => {})
  await boss.start()
  onTestFinished(() => boss.stop({ graceful: false }))
  await boss.createQueue('prices')
  const ids = await Promise.all(Array.from({ length: 20 }, (_, id) => boss.send('prices', { id })))
  await runScript('docs/in-a-job-queue.md', 'pg-boss', { boss, api })

  await vi.waitFor(() => expect(seen).toHaveLength(20), 30_000)
  expect(seen.map(({ key }) => key).sort()).toEqual([...ids].sort())
})

it('a Temporal activity passes on its cancellation, and its failures say whether to retry', async () => {
  const activity = (await runScript('docs/in-a-job-queue.md', 'A Temporal activity', {
    api,
    Context,
    ApplicationFailure,
  })) as (id: string) => Promise<unknown>
  const cancellation = new AbortController()
  const info = { workflowExecution: { workflowId: 'w' }, activityId: '5' }
  const context = new Context(
    info as never,
    new Promise<never>(() => {}),
    cancellation.signal,
    () => {},
    undefined,
    undefined as never,
    undefined as never,
    undefined as never,
  )
  const run = (id: string): Promise<unknown> => asyncLocalStorage.run(context, () => activity(id))

  expect(await run('7')).toEqual({ path: '/prices/7' })
  expect(seen.at(-1)?.key).toBe('w-5')
  await expect(run('404')).rejects.toMatchObject({ nonRetryable: true })
  const slow = run('slow')
  await vi.waitFor(() => expect(seen.at(-1)?.path).toBe('/prices/slow'), 10_000)
  cancellation.abort()
  await expect(slow).rejects.toThrow('abort')
})
