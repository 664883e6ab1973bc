import { createClient } from 'sluice'
import { ManualClock } from 'sluice/testing'
import { describe, expect, it } from 'vitest'
import { serveSimulator } from '../server/serve-simulator.ts'
import { simulatorTransport } from '../transport/simulator-transport.ts'

function practice() {
  const clock = new ManualClock()
  const client = createClient({
    baseUrl: 'http://api.test',
    transport: simulatorTransport({}, { clock }),
    clock,
    retry: false,
  })
  const get = (path: string, headers = {}) =>
    clock.runUntilSettled(client.try<string>(path, { readAs: 'text', headers }))
  return { clock, get }
}

describe('/events', () => {
  it('sends numbered events with pauses, and [DONE] if that is wanted', async () => {
    const { clock, get } = practice()
    const result = await get('/events?count=3&every=2s&end=done&retry=50')
    expect(result).toMatchObject({
      ok: true,
      value: `retry: 50\nid: 1\ndata: {"number":1}\n\nid: 2\ndata: {"number":2}\n\nid: 3\ndata: {"number":3}\n\ndata: [DONE]\n\n`,
    })
    expect(result.headers).toMatchObject({ 'content-type': 'text/event-stream; charset=utf-8' })
    expect(result.headers).not.toHaveProperty('content-length')
    expect(clock.now()).toBe(6_000)
  })

  it('continues behind the number of Last-Event-ID', async () => {
    const { get } = practice()
    const value = 'retry: 1000\nid: 10\ndata: {"number":10}\n\n'
    expect(await get('/events', { 'last-event-id': '9' })).toMatchObject({ value })
    expect(await get('/events', { 'last-event-id': '10' })).toMatchObject({ ok: true })
  })

  it.each(['count=x', 'count=10001', 'every=fast', 'every=2h', 'end=half', 'cut=-1', 'retry=soon'])(
    'refuses %s',
    async (query) => {
      const { get } = practice()
      expect(await get(`/events?${query}`)).toMatchObject({ ok: false, status: 400 })
    },
  )
})

describe('/lines', () => {
  it('sends a JSON value a line, the last one in half if that is wanted', async () => {
    const { clock, get } = practice()
    expect(await get('/lines?count=2&every=1s')).toMatchObject({ ok: true, value: '{"number":1}\n{"number":2}\n' })
    expect(clock.now()).toBe(1_000)
    expect(await get('/lines?count=2&every=0ms&end=half')).toMatchObject({ ok: true, value: '{"number":1}\n{"numb' })
    expect(await get('/lines?count=2&cut=1')).toMatchObject({ ok: false, error: { code: 'SLUICE_BODY_TRUNCATED' } })
  })
})

describe('a server', () => {
  it('cuts a stream in the middle of an event, and the next request continues behind the last whole one', async () => {
    const api = await serveSimulator()
    const client = createClient({ baseUrl: api.url, proxy: 'none' })
    const ids: (string | undefined)[] = []
    const readFrom = async (headers = {}): Promise<void> => {
      const { value } = await client.get('/events?count=5&every=1ms&cut=2', { readAs: 'events', headers })
      for await (const { id } of value) ids.push(id)
    }
    try {
      await expect(readFrom()).rejects.toMatchObject({ code: 'SLUICE_BODY_TRUNCATED' })
      await expect(readFrom({ 'last-event-id': ids.at(-1) })).rejects.toMatchObject({ code: 'SLUICE_BODY_TRUNCATED' })
      await readFrom({ 'last-event-id': ids.at(-1) })
      expect(ids).toEqual(['1', '2', '3', '4', '5'])
    } finally {
      await client.close()
      await api.close()
    }
  })
})
