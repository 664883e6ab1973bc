import { describe, expect, it } from 'vitest'
import { ManualClock } from '../testing/manual-clock.ts'
import { memoryTransport } from '../transport/transport.ts'
import { benchmark } from './benchmark.ts'

/** When each request of a benchmark with these rates was sent. */
async function sendsWith(rate: string | readonly string[]): Promise<number[]> {
  const clock = new ManualClock()
  const sends: number[] = []
  const transport = memoryTransport(async () => {
    sends.push(clock.now())
    return { status: 200, headers: {}, body: Buffer.from('{}') }
  })
  const client = { transport, clock, rate, random: () => 0.5 }
  const effort = { begin: () => () => ({ loopBusy: 0, loopDelay: 0, cpu: 0 }) }
  const options = { count: 7, levels: [1, 3, 7], repeat: 3, effort }
  await clock.runUntilSettled(benchmark(client, ['https://api.test/'], options))
  return sends
}

function mostWithin(sends: readonly number[], window: number): number {
  return Math.max(...sends.map((from) => sends.filter((at) => at >= from && at < from + window).length))
}

describe('rates that were given to a benchmark', () => {
  it('hold from round to round, though each has a client of its own', async () => {
    const sends = await sendsWith(['20/s', '50/10s'])
    expect(sends.length).toBeGreaterThan(100)
    expect(mostWithin(sends, 1_000)).toBeLessThanOrEqual(20)
    expect(mostWithin(sends, 10_000)).toBeLessThanOrEqual(50)
  })

  it('hold over all rounds if they are quotas', async () => {
    const sends = await sendsWith('30/5min')
    expect(sends.length).toBeGreaterThan(100)
    expect(mostWithin(sends, 300_000)).toBeLessThanOrEqual(30)
  })
})
