import { describe, expect, it } from 'vitest'
import { ManualClock } from '../../testing/index.ts'
import { Reconnecting } from './reconnecting.ts'

const refused = (): Promise<never> => Promise.reject(Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }))

function opened(isShared: boolean): { readonly clock: ManualClock; readonly reconnecting: Reconnecting } {
  const clock = new ManualClock()
  const reconnecting = new Reconnecting(clock, 60_000, isShared)
  reconnecting.begin()
  return { clock, reconnecting }
}

async function waits(clock: ManualClock, reconnecting: Reconnecting): Promise<number> {
  const startedAt = clock.now()
  await clock.runUntilSettled(
    reconnecting.during(refused).catch(() => {}),
    3_600_000,
  )
  return clock.now() - startedAt
}

describe('the reconnect timeout', () => {
  it('is that of each piece of work', async () => {
    const { clock, reconnecting } = opened(false)
    expect(await waits(clock, reconnecting)).toBe(60_000)
    expect(await waits(clock, reconnecting)).toBe(60_000)
  })

  it('is counted once where outages are shared, and anew after one has ended', async () => {
    const { clock, reconnecting } = opened(true)
    expect(await waits(clock, reconnecting)).toBe(60_000)
    expect(await waits(clock, reconnecting)).toBe(0)
    expect(reconnecting.isLost).toBe(true)
    await reconnecting.during(async () => 1)
    expect(reconnecting.isLost).toBe(false)
    expect(await waits(clock, reconnecting)).toBe(60_000)
    // Nobody has met it for so long that it may be another one.
    await clock.advance(61_000)
    expect(await waits(clock, reconnecting)).toBe(60_000)
  })
})
