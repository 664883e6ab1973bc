import { once } from 'node:events'
import * as http from 'node:http'
import { connect, type Socket } from 'node:net'
import type { Clock } from 'sluice'
import { systemClock, type Timer } from 'sluice/internal'
import { afterEach, describe, expect, it } from 'vitest'
import { type RunningSimulator, serveSimulator } from './serve-simulator.ts'

let running: RunningSimulator | undefined

async function serve(line = '1MB/s', clock: Clock = systemClock): Promise<RunningSimulator> {
  running = await serveSimulator({ scenario: { line }, clock })
  return running
}

/** Time of the machine, and the number of pending timers. */
class CountingClock implements Clock {
  readonly now = systemClock.now
  readonly wallTime = systemClock.wallTime
  readonly #set = new Set<Timer>()

  get pending(): number {
    return this.#set.size
  }

  timer(delay: number, fire: () => void): Timer {
    const inner = systemClock.timer(delay, () => {
      this.#set.delete(timer)
      fire()
    })
    const timer = {
      cancel: () => {
        this.#set.delete(timer)
        inner.cancel()
      },
    }
    this.#set.add(timer)
    return timer
  }
}

afterEach(() => running?.close())

interface Timing {
  readonly firstByte: number
  readonly end: number
  readonly bytes: number
}

/** Requests on a separate connection; returns when the headers and the last byte arrived. */
function timed({ port }: RunningSimulator, path: string): Promise<Timing> {
  return new Promise((resolve, reject) => {
    const began = performance.now()
    const request = http.get({ agent: false, host: '127.0.0.1', port, path }, (response) => {
      const firstByte = performance.now() - began
      let bytes = 0
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.byteLength
      })
      response.on('end', () => resolve({ firstByte, end: performance.now() - began, bytes }))
      response.on('error', reject)
    })
    request.on('error', reject)
  })
}

/** A client that sends a request and reads nothing until told to. */
function asking({ port }: RunningSimulator, path: string): Socket {
  const socket = connect(port, '127.0.0.1').pause()
  socket.on('error', () => {})
  socket.write(`GET ${path} HTTP/1.1\r\nhost: x\r\n\r\n`)
  return socket
}

async function eventually(condition: () => boolean): Promise<void> {
  for (let tries = 0; !condition() && tries < 200; tries++) await new Promise((resolve) => setTimeout(resolve, 5))
  expect(condition()).toBe(true)
}

describe('a narrow line on a socket', () => {
  it('is shared: 8 bodies at once take at least 4 times as long as one alone, but for their first bytes', async () => {
    const api = await serve()
    const ends: number[] = []
    for (let times = 0; times < 3; times++) ends.push((await timed(api, '/bytes/100000')).end)
    // A busy machine can delay it, but nothing can make it earlier.
    const alone = Math.min(...ends)
    const together = await Promise.all(Array.from({ length: 8 }, () => timed(api, '/bytes/100000')))
    expect(alone).toBeGreaterThan(85)
    for (const { firstByte, end, bytes } of together) {
      expect(bytes).toBe(100_000)
      expect(end).toBeGreaterThan(4 * alone)
      expect(firstByte).toBeLessThan(end / 2)
    }
    expect(api.stats()).toMatchObject({
      requests: 11,
      statuses: { 200: 11 },
      aborted: 0,
      inFlight: 0,
      largestAtOnce: 8,
    })
  })

  it('sends the headers before the first slice has passed', async () => {
    const { firstByte, end } = await timed(await serve('20kB/s'), '/bytes/10000')
    expect(end).toBeGreaterThan(485)
    expect(firstByte).toBeLessThan(end / 2)
  })

  it('gives the place of a client that leaves to the others', async () => {
    const api = await serve()
    const leaving = Array.from({ length: 7 }, () => asking(api, '/bytes/100000000').resume())
    await eventually(() => api.stats().inFlight === 7)
    const staying = timed(api, '/bytes/200000')
    await eventually(() => api.stats().inFlight === 8)
    for (const socket of leaving) socket.destroy()
    expect((await staying).end).toBeLessThan(1_200)
    expect(api.stats()).toMatchObject({ aborted: 7, inFlight: 0 })
  })

  it('is left to others by a client that does not read', async () => {
    const clock = new CountingClock()
    const api = await serve('200MB/s', clock)
    const idle = asking(api, '/fault/endless')
    await eventually(() => api.stats().inFlight === 1)
    await eventually(() => clock.pending === 0)
    expect((await timed(api, '/bytes/1000000')).bytes).toBe(1_000_000)
    expect(api.stats().inFlight).toBe(1)
    idle.destroy()
    await eventually(() => api.stats().aborted === 1)
  })

  it('brings truncated bodies and those that are reset as far as they should come', async () => {
    const api = await serve()
    for (const [fault, ending] of [
      ['truncated', 'end'],
      ['reset-body', 'error'],
    ] as const) {
      const socket = asking(api, `/fault/${fault}`)
      let received = ''
      socket.setEncoding('latin1').on('data', (text) => {
        received += text
      })
      socket.resume()
      if (ending === 'end') await once(socket, 'end')
      else await expect(once(socket, 'end')).rejects.toMatchObject({ code: 'ECONNRESET' })
      const [head = '', body = ''] = received.split('\r\n\r\n')
      expect(body.length).toBe(Math.floor(Number(/content-length: (\d+)/.exec(head)?.[1]) / 2))
    }
  })

  it('leaves neither a response nor a timer when the server is closed', async () => {
    const clock = new CountingClock()
    const api = await serve('10kB/s', clock)
    const cutOff = Array.from({ length: 3 }, () => timed(api, '/bytes/100000').catch(() => 'cut off'))
    await eventually(() => api.stats().inFlight === 3)
    expect(clock.pending).toBe(1)
    await api.close()
    expect(await Promise.all(cutOff)).toEqual(['cut off', 'cut off', 'cut off'])
    expect(api.stats()).toMatchObject({ inFlight: 0, aborted: 3 })
    expect(clock.pending).toBe(0)
  })
})
