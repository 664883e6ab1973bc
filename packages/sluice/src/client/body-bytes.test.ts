import { describe, expect, it } from 'vitest'
import { testClient } from '../testing/test-client.ts'

function transferred(): Uint8Array {
  const bytes = Uint8Array.of(1, 2, 3)
  structuredClone(bytes.buffer, { transfer: [bytes.buffer] })
  return bytes
}

/** View of the end of a buffer that was cut off. */
function cutOff(): Uint8Array {
  const buffer = new ArrayBuffer(8, { maxByteLength: 8 })
  const bytes = new Uint8Array(buffer, 4, 4)
  buffer.resize(2)
  return bytes
}

const gone = 'the bytes are gone: their ArrayBuffer was transferred or has shrunk'

describe('a body of bytes', () => {
  it.each([
    ['transferred', transferred],
    ['cut off', cutOff],
  ])('that were %s before costs its own item, and is not sent empty', async (_, make) => {
    const { clock, api, client } = testClient()
    const requests = [make(), Uint8Array.of(), Uint8Array.of(7)].map((body) => ({ url: '/x', body }))
    const [lost, empty, kept] = await clock.runUntilSettled(client.all(requests))
    expect(lost).toMatchObject({ ok: false, error: { code: 'SLUICE_BAD_INPUT', summary: `body: ${gone}` } })
    expect([empty?.ok, kept?.ok]).toEqual([true, true])
    expect(api.seen.map(({ body }) => body)).toEqual([Uint8Array.of(), Uint8Array.of(7)])
  })

  it('is sent as it was at the call, also by a retry, although its buffer was changed, shrunk or transferred after it', async () => {
    const { clock, api, client } = testClient((_, count) => (count === 1 ? 503 : 200), { concurrency: 1 })
    const changed = Uint8Array.of(1, 2)
    const shrunk = new Uint8Array(new ArrayBuffer(2, { maxByteLength: 2 })).fill(3)
    const moved = Uint8Array.of(4, 5)
    const sent = [changed, shrunk, moved].map((body) => client.send({ url: '/x', method: 'PUT', body }))
    changed.fill(9)
    shrunk.buffer.resize(1)
    structuredClone(moved.buffer, { transfer: [moved.buffer] })
    await clock.runUntilSettled(Promise.all(sent))
    const seen = api.seen.map(({ body }) => String(body)).sort()
    expect(seen).toEqual(['1,2', '1,2', '3,3', '4,5'])
  })

  it('may be part of a larger buffer, or shared with another thread', async () => {
    const { clock, api, client } = testClient()
    const shared = new Uint8Array(new SharedArrayBuffer(3)).fill(6)
    const part = Buffer.from('abcdef').subarray(2, 4)
    await clock.runUntilSettled(client.all([shared, part].map((body) => ({ url: '/x', body }))))
    expect(api.seen.map(({ body }) => String(body))).toEqual(['6,6,6', '99,100'])
  })
})

describe('a body of bytes in client.fetch', () => {
  it('is refused if they are gone, and sent as it was at the call', async () => {
    const { clock, api, client } = testClient()
    const put = (body: NonNullable<RequestInit['body']>) => client.fetch('/x', { method: 'PUT', body })
    await expect(clock.runUntilSettled(put(transferred() as Uint8Array<ArrayBuffer>))).rejects.toThrow(gone)
    await expect(clock.runUntilSettled(put(transferred().buffer as ArrayBuffer))).rejects.toThrow(gone)
    expect(api.seen).toEqual([])

    const bytes = Uint8Array.of(1, 2)
    const sent = put(bytes)
    bytes.fill(9)
    await clock.runUntilSettled(sent)
    // The platform takes these for an object, and sends the text 6,6.
    await clock.runUntilSettled(put(new Uint8Array(new SharedArrayBuffer(2)).fill(6) as never))
    await clock.runUntilSettled(put(Uint8Array.of(7).buffer))
    expect(api.seen.map(({ body }) => String(body))).toEqual(['1,2', '6,6', '7'])
  })
})
