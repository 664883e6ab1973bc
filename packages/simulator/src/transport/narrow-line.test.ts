import type { ApiRequest } from 'sluice'
import { Cancellation } from 'sluice/internal'
import { ManualClock } from 'sluice/testing'
import { describe, expect, it } from 'vitest'
import type { ScenarioOptions } from '../scenario/scenario.ts'
import { createSimulator } from '../simulator.ts'
import { simulatorTransport } from './simulator-transport.ts'

interface Sent {
  firstByte?: number
  end?: number
  bytes?: number
  status?: number
  error?: string
  cancel(): void
}

/** A simulator behind a line of 1 MB/s, with a function to send requests. */
function behindALine(scenario: ScenarioOptions = {}, maxBody?: number) {
  const clock = new ManualClock()
  const simulator = createSimulator({ line: '1MB/s', ...scenario }, { clock })
  const transport = simulatorTransport(simulator, { maxBody })
  const send = (path: string, method = 'GET'): Sent => {
    const cancellation = new Cancellation()
    const sent: Sent = { cancel: () => cancellation.cancel('enough') }
    const onFirstByte = () => {
      sent.firstByte = clock.now()
    }
    void transport
      .send(requestFor(path, method), { signal: cancellation.signal, onSent: () => {}, onFirstByte })
      .then(
        ({ status, body }) => Object.assign(sent, { status, bytes: body.byteLength }),
        ({ code }) => Object.assign(sent, { error: code }),
      )
      .finally(() => {
        sent.end = clock.now()
      })
    return sent
  }
  const sendTogether = (count: number, path: string) => Array.from({ length: count }, () => send(path))
  return { clock, simulator, transport, send, sendTogether }
}

function requestFor(path: string, method: string): ApiRequest {
  const url = `http://api.test${path}`
  return {
    id: url,
    method,
    url,
    headers: {},
    readAs: 'auto',
    partition: 'http://api.test',
    weight: 1,
    priority: 0,
  }
}

/** Milliseconds of a 16 kB slice at 1 MB/s. */
const slice = 16

describe('a narrow line in process', () => {
  it.each([
    [1, [150]],
    [2, [246, 250]],
    [8, [822, 826, 830, 834, 838, 842, 846, 850]],
  ])(
    'is shared evenly: %d bodies of 100 kB at once end at %j ms, the first bytes come at 50 ms',
    async (count, ends) => {
      const { clock, simulator, sendTogether } = behindALine({ latency: '50ms' })
      const all = sendTogether(count, '/bytes/100000')
      await clock.advance(2_000)
      expect(all.map(({ end }) => end)).toEqual(ends)
      expect(all.every(({ firstByte, bytes }) => firstByte === 50 && bytes === 100_000)).toBe(true)
      // Each deviates from its fair share by at most one slice, which takes `count` times as long when all are active.
      for (const { end } of all) expect(Math.abs(end! - (50 + 100 * count))).toBeLessThanOrEqual(slice * count)
      expect(simulator.stats()).toMatchObject({ requests: count, statuses: { 200: count }, aborted: 0, inFlight: 0 })
      expect(clock.pending).toBe(0)
    },
  )

  it('slows those that are there down while others come, and lets them be quick again afterwards', async () => {
    const { clock, send } = behindALine()
    const first = send('/bytes/96000')
    await clock.advance(30)
    const second = send('/bytes/32000')
    await clock.advance(500)
    // 16, 32, 64 and 96 next to the second body, whose slices pass at 48 and 80; then alone.
    expect([first.end, second.end]).toEqual([128, 80])
  })

  it('carries no more in any 100 ms than 100 kB and one slice', async () => {
    const { clock, send } = behindALine({ latency: 'uniform:0ms-200ms' })
    const all = Array.from({ length: 40 }, (_, index) => send(`/bytes/${(index * 997) % 16_000}`))
    await clock.advance(5_000)
    const ends = all.map(({ end, bytes }) => ({ end: end!, bytes: bytes! }))
    for (const { end: from } of ends) {
      const within = ends.filter(({ end }) => from <= end && end <= from + 100)
      expect(within.reduce((sum, { bytes }) => sum + bytes, 0)).toBeLessThanOrEqual(116_000)
    }
  })

  it('counts neither headers nor the statistics: what has no body is there at once', async () => {
    const { clock, simulator, send } = behindALine()
    send('/bytes/100000')
    const others = [send('/bytes/100000', 'HEAD'), send('/status/204'), send('/__stats')]
    await clock.advance(0)
    expect(others.map(({ end, status }) => [end, status])).toEqual([
      [0, 200],
      [0, 204],
      [0, 200],
    ])
    expect(simulator.stats()).toMatchObject({ requests: 3, inFlight: 1 })
  })

  it('gives the place of a cancelled answer to the others', async () => {
    const { clock, simulator, send } = behindALine()
    const [one, other] = [send('/bytes/100000'), send('/bytes/100000')]
    await clock.advance(40)
    one.cancel()
    await clock.advance(1_000)
    // 16 kB of each, 8 ms of a cancelled slice, and the other's 84 kB.
    expect(one).toMatchObject({ error: 'SLUICE_CONNECTION_LOST', end: 40 })
    expect(other).toMatchObject({ bytes: 100_000, end: 124 })
    expect(simulator.stats()).toMatchObject({ aborted: 1, inFlight: 0 })
    expect(clock.pending).toBe(0)
  })

  it('holds a limit on requests at once and the capacity until the body has passed', async () => {
    const { clock, simulator, send } = behindALine({ limit: 'concurrent:2', capacity: 1 })
    const [first, second, refused] = [send('/bytes/16000'), send('/bytes/16000'), send('/bytes/16000')]
    await clock.advance(1_000)
    expect(refused).toMatchObject({ status: 429, firstByte: 0, bytes: 74, end: 16.074 })
    expect(first).toMatchObject({ status: 200, firstByte: 0, end: 16 })
    expect(second).toMatchObject({ status: 200, firstByte: 16, end: 32.074 })
    expect(simulator.stats()).toMatchObject({ refused: 1, inFlight: 0, largestAtOnce: 3 })
  })

  it.each([
    ['truncated', 50, 'SLUICE_BODY_TRUNCATED'],
    ['reset-body', 50, 'SLUICE_CONNECTION_LOST'],
    ['hang-body', undefined, undefined],
    ['reset', 0, 'SLUICE_CONNECTION_LOST'],
    ['garbage', 0, 'SLUICE_PROTOCOL'],
  ])('goes together with faults: %s ends at %s ms as %s, with nothing left on the line', async (fault, end, code) => {
    const { clock, send } = behindALine({ faults: `${fault}:100%` })
    const sent = send('/bytes/100000')
    await clock.advance(1_000)
    expect([sent.end, sent.error]).toEqual([end, code])
    expect(clock.pending).toBe(0)
  })

  it('lets others have what a dripping answer leaves', async () => {
    const { clock, send } = behindALine()
    const dripping = send('/fault/drip?every=50')
    const other = send('/bytes/100000')
    await clock.advance(90)
    expect(other.end).toBeUndefined()
    await clock.advance(5_000)
    expect(other.end).toBeLessThan(101)
    expect(dripping.end).toBeGreaterThan(500)
    expect(dripping.status).toBe(200)
  })

  it('carries an endless body for as long as the client takes it', async () => {
    const { clock, simulator, send } = behindALine({}, 100_000)
    const endless = send('/fault/endless')
    await clock.advance(5_000)
    expect(endless).toMatchObject({ firstByte: 0, end: 7 * slice, error: 'SLUICE_BODY_TOO_LARGE' })
    expect(simulator.stats()).toMatchObject({ aborted: 1, inFlight: 0 })
    expect(clock.pending).toBe(0)
  })

  it('leaves no timer when the transport or the simulator is closed', async () => {
    for (const close of ['transport', 'simulator'] as const) {
      const all = behindALine()
      all.sendTogether(3, '/bytes/100000')
      await all.clock.advance(40)
      expect(all.clock.pending).toBe(1)
      await all[close].close()
      expect(all.clock.pending).toBe(0)
      expect(all.simulator.stats().inFlight).toBe(0)
    }
  })
})
