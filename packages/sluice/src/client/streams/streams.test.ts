import { describe, expect, it } from 'vitest'
import { ManualClock } from '../../testing/manual-clock.ts'
import { type MemoryHandler, memoryTransport } from '../../transport/transport.ts'
import type { Client } from '../client.ts'
import { createClient } from '../create-client.ts'
import type { ClientOptions } from '../settings.ts'

const url = 'https://a.test/chat'
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

/** Body whose chunks are sent one by one by the test. */
class Wire implements AsyncIterable<Uint8Array> {
  #waiting: (() => void) | undefined
  readonly #chunks: (Uint8Array | Error | undefined)[] = []
  isClosed = false
  taken = 0

  send(chunk: string | Uint8Array): void {
    this.#push(typeof chunk === 'string' ? bytes(chunk) : chunk)
  }

  end(error?: Error): void {
    this.#push(error)
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void, undefined> {
    try {
      for (;;) {
        while (this.#chunks.length === 0) await new Promise<void>((resolve) => (this.#waiting = resolve))
        const next = this.#chunks.shift()
        if (next === undefined) return
        if (next instanceof Error) throw next
        this.taken++
        yield next
      }
    } finally {
      this.isClosed = true
    }
  }

  #push(chunk: Uint8Array | Error | undefined): void {
    this.#chunks.push(chunk)
    this.#waiting?.()
  }
}

function setup(handler: MemoryHandler, options: ClientOptions = {}): { client: Client; clock: ManualClock } {
  const clock = new ManualClock()
  return { client: createClient({ transport: memoryTransport(handler), clock, ...options }), clock }
}

function streaming(options: ClientOptions = {}, headers: Record<string, string> = {}) {
  const wires: Wire[] = []
  const { client, clock } = setup(() => {
    const wire = new Wire()
    wires.push(wire)
    return { status: 200, headers, body: wire }
  }, options)
  return { client, clock, wires }
}

describe('a body read as a stream', () => {
  it('is there with the head, chunk by chunk, and holds its permit to its end', async () => {
    const { client, wires } = streaming({ concurrency: 1 })
    const { value, status, attempts } = await client.get(url, { readAs: 'stream' })
    expect([status, attempts.length, client.status().inFlight]).toEqual([200, 1, 1])
    const reader = value.getReader()
    const next = client.get(url, { readAs: 'stream' })
    wires[0]!.send('a')
    expect((await reader.read()).value).toEqual(bytes('a'))
    expect(wires).toHaveLength(1)
    wires[0]!.end()
    expect((await reader.read()).done).toBe(true)
    await next
    expect(wires).toHaveLength(2)
    await client.close()
  })

  it('is interrupted with the error that a whole body would have had, and is not retried', async () => {
    const { client, wires } = streaming()
    const { value } = await client.get(url, { readAs: 'stream' })
    wires[0]!.send('half')
    wires[0]!.end(new Error('cut'))
    await expect(new Response(value).text()).rejects.toMatchObject({ code: 'SLUICE_TRANSPORT_FAULT' })
    expect(wires).toHaveLength(1)
    expect(client.status().inFlight).toBe(0)
  })

  it('gives everything that came before it broke off', async () => {
    const { client, wires } = streaming()
    const { value } = await client.get(url, { readAs: 'stream' })
    for (const text of ['a', 'b', 'c']) wires[0]!.send(text)
    wires[0]!.end(new Error('cut'))
    await new Promise((resolve) => setImmediate(resolve))
    let text = ''
    const work = (async () => {
      for await (const chunk of value) text += new TextDecoder().decode(chunk)
    })()
    await expect(work).rejects.toMatchObject({ code: 'SLUICE_TRANSPORT_FAULT' })
    expect(text).toBe('abc')
  })

  it.each([429, 503, 500])('begins after %d has been retried', async (status) => {
    let requests = 0
    const wire = new Wire()
    const { client, clock } = setup(() => {
      if (requests++ === 0) return { status, headers: {}, body: new Chunk('busy') }
      return { status: 200, headers: {}, body: wire }
    })
    const work = client.get(url, { readAs: 'stream' })
    await clock.advance(3_000)
    const { value, attempts } = await work
    expect(attempts.map((attempt) => attempt.status)).toEqual([status, 200])
    wire.send('done')
    wire.end()
    expect(await new Response(value).text()).toBe('done')
  })

  it('reads on only as fast as it is read', async () => {
    const { client, wires } = streaming()
    const { value } = await client.get(url, { readAs: 'stream' })
    const wire = wires[0]!
    for (let sent = 0; sent < 100; sent++) wire.send(new Uint8Array(16 * 1024))
    await new Promise((resolve) => setImmediate(resolve))
    expect(wire.taken).toBeLessThanOrEqual(5)
    const reader = value.getReader()
    for (let read = 0; read < 50; read++) await reader.read()
    await new Promise((resolve) => setImmediate(resolve))
    expect(wire.taken).toBeGreaterThan(50)
    expect(wire.taken).toBeLessThanOrEqual(56)
    await reader.cancel()
  })

  it('gives its permit back when it is cancelled, and closes the connection', async () => {
    const { client, clock, wires } = streaming()
    const { value } = await client.get(url, { readAs: 'stream' })
    await value.cancel()
    wires[0]!.send('more')
    await clock.advance(2_000)
    expect([client.status().inFlight, wires[0]!.isClosed, clock.pending]).toEqual([0, true, 0])
  })

  it('ends with the reason of the signal when that is aborted, at once', async () => {
    const { client, clock, wires } = streaming()
    const controller = new AbortController()
    const { value } = await client.get(url, { readAs: 'stream', signal: controller.signal })
    wires[0]!.send('a')
    const reader = value.getReader()
    await reader.read()
    const reason = new Error('enough')
    controller.abort(reason)
    await expect(reader.read()).rejects.toBe(reason)
    await clock.advance(2_000)
    expect([client.status().inFlight, clock.pending]).toEqual([0, 0])
  })

  it('is bounded by the deadline, and not by the timeout of an attempt', async () => {
    const { client, clock, wires } = streaming({ timeout: '1s', deadline: '20s', idleTimeout: '1min' })
    const { value } = await client.get(url, { readAs: 'stream' })
    const reader = value.getReader()
    await clock.advance(10_000)
    wires[0]!.send('late')
    expect((await reader.read()).value).toEqual(bytes('late'))
    const read = reader.read()
    read.catch(() => {})
    await clock.advance(10_000)
    await expect(read).rejects.toMatchObject({ code: 'SLUICE_DEADLINE' })
  })

  it('fails when the server is silent for the idle timeout', async () => {
    const { client, clock, wires } = streaming({ idleTimeout: '5s' })
    const { value } = await client.get(url, { readAs: 'stream' })
    const reader = value.getReader()
    await clock.advance(4_000)
    wires[0]!.send('a')
    await reader.read()
    const read = reader.read()
    read.catch(() => {})
    await clock.advance(4_000)
    expect(client.status().inFlight).toBe(1)
    await clock.advance(3_000)
    await expect(read).rejects.toMatchObject({ code: 'SLUICE_ATTEMPT_TIMEOUT' })
    expect(client.status().inFlight).toBe(0)
  })

  it('that nobody reads gives its permit back after the idle timeout', async () => {
    const { client, clock, wires } = streaming({ idleTimeout: '5s' })
    const { value } = await client.get(url, { readAs: 'stream' })
    for (let sent = 0; sent < 10; sent++) wires[0]!.send(new Uint8Array(64 * 1024))
    await clock.advance(7_000)
    expect([client.status().inFlight, clock.pending]).toEqual([0, 0])
    await expect(value.getReader().read()).rejects.toThrow('the body was not read for 5.0 s (idleTimeout)')
  })

  it('ends when the client is closed', async () => {
    const { client, wires } = streaming()
    const { value } = await client.get(url, { readAs: 'stream' })
    wires[0]!.send('a')
    await client.close()
    await expect(new Response(value).text()).rejects.toMatchObject({ code: 'SLUICE_CLOSED' })
  })

  it('is reported by events: its head, and at its end the number of bytes', async () => {
    const { client, clock, wires } = streaming()
    const seen: unknown[] = []
    client.on((event) => {
      if (event.type === 'attempt.headers') seen.push([event.type, event.status, event.after])
      if (event.type === 'attempt.settled') seen.push([event.type, event.bytes, event.duration])
    })
    const { value } = await client.get(url, { readAs: 'stream' })
    await clock.advance(300)
    wires[0]!.send('abc')
    wires[0]!.end()
    await new Response(value).text()
    expect(seen).toEqual([
      ['attempt.headers', 200, 0],
      ['attempt.settled', 3, 300],
    ])
  })

  it('is refused in a set of calls, and beside a schema', async () => {
    const { client } = streaming()
    const [result] = await client.all([{ url, readAs: 'stream' }])
    expect(result).toMatchObject({ ok: false, error: { code: 'SLUICE_BAD_INPUT' } })
    const schema = { '~standard': { version: 1, vendor: 'x', validate: (value: unknown) => ({ value }) } } as const
    await expect(client.get(url, { readAs: 'stream', schema } as never)).rejects.toThrow(
      /a schema needs the whole body/,
    )
  })
})

describe('a body read as events', () => {
  it('gives each as soon as it is there, whatever its chunks', async () => {
    const { client, wires } = streaming()
    const { value } = await client.get(url, { readAs: 'events' })
    const wire = wires[0]!
    wire.send('\uFEFF: hello\n\ndata: {"a":1}\n\nevent: del')
    expect((await value.next()).value).toEqual({ event: 'message', data: '{"a":1}' })
    wire.send('ta\r\nid: 7\r\ndata: x\r\ndata: y\r\n\r\n')
    expect((await value.next()).value).toEqual({ event: 'delta', data: 'x\ny', id: '7' })
    wire.end()
    expect((await value.next()).done).toBe(true)
  })

  it.each(['{"error":"quota exceeded"}', '<!doctype html>\n<title>Log in</title>\n'])(
    'fails if the body is %j, which has not one event',
    async (text) => {
      const { client, wires } = streaming()
      const { value } = await client.get(url, { readAs: 'events' })
      wires[0]!.send(text)
      wires[0]!.end()
      await expect(value.next()).rejects.toMatchObject({ code: 'SLUICE_NOT_EVENTS' })
    },
  )

  it.each(['', ': only a comment\n\n', 'data: cut off', 'data: 1\n\nunknown: field\n\n'])(
    'ends without an error after %j, as the standard requires',
    async (text) => {
      const { client, wires } = streaming()
      const { value } = await client.get(url, { readAs: 'events' })
      wires[0]!.send(text)
      wires[0]!.end()
      for await (const { data } of value) expect(data).toBe('1')
    },
  )

  it('frees the permit when the loop is left', async () => {
    const { client, clock, wires } = streaming()
    const { value } = await client.get(url, { readAs: 'events' })
    wires[0]!.send('data: 1\n\ndata: 2\n\n')
    for await (const event of value) {
      expect(event.data).toBe('1')
      break
    }
    await clock.advance(2_000)
    expect(client.status().inFlight).toBe(0)
  })
})

describe('a body read as lines', () => {
  it('gives a value for each line, with all digits if requested', async () => {
    const { client, wires } = streaming()
    const { value } = await client.get(url, { readAs: 'lines', bigNumbers: 'exact' })
    const wire = wires[0]!
    wire.send('{"id":9007199254740993}\n\n[1,')
    expect((await value.next()).value).toEqual({ id: 9007199254740993n })
    wire.send('2]\n"last"')
    wire.end()
    expect([(await value.next()).value, (await value.next()).value]).toEqual([[1, 2], 'last'])
    expect((await value.next()).done).toBe(true)
  })

  it('fails at bytes that are not UTF-8, and takes characters in two chunks', async () => {
    const { client, wires } = streaming()
    const { value } = await client.get(url, { readAs: 'lines' })
    wires[0]!.send(new Uint8Array([0x22, 0xc3]))
    wires[0]!.send(new Uint8Array([0xa4, 0x22, 0x0a, 0x22, 0xe4, 0x22, 0x0a]))
    wires[0]!.end()
    await expect(value.next()).rejects.toMatchObject({ code: 'SLUICE_NOT_TEXT' })
    const whole = await client.get(url, { readAs: 'lines' })
    wires[1]!.send(new Uint8Array([0x22, 0xc3]))
    wires[1]!.send(new Uint8Array([0xa4, 0x22, 0x0a]))
    wires[1]!.end()
    expect((await whole.value.next()).value).toBe('ä')
  })

  it('fails at a line that is not JSON, and names it', async () => {
    const { client, wires } = streaming()
    const { value } = await client.get(url, { readAs: 'lines' })
    wires[0]!.send('1\n2\n{"half\n')
    await value.next()
    await value.next()
    await expect(value.next()).rejects.toMatchObject({
      code: 'SLUICE_NOT_JSON',
      message: 'line 3 of the body: not JSON',
    })
  })
})

describe('a request whose body is a stream', () => {
  it('is sent once, and not retried', async () => {
    const seen: string[] = []
    const { client } = setup(async ({ body }) => {
      let text = ''
      for await (const chunk of (body as () => AsyncIterable<Uint8Array>)()) text += new TextDecoder().decode(chunk)
      seen.push(text)
      return { status: 503, headers: {}, body: new Uint8Array() }
    })
    const body = new Response('streamed').body!
    const result = await client.try(url, { method: 'PUT', body })
    expect([seen, result.ok, result.attempts.length]).toEqual([['streamed'], false, 1])
    const again = await client.fetch(url, {
      method: 'POST',
      body: new Response('by fetch').body!,
      duplex: 'half',
    } as RequestInit)
    expect([again.status, seen]).toEqual([503, ['streamed', 'by fetch']])
  })
})

/** Body in one chunk. */
class Chunk implements AsyncIterable<Uint8Array> {
  readonly #text: string

  constructor(text: string) {
    this.#text = text
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void, undefined> {
    yield bytes(this.#text)
  }
}
