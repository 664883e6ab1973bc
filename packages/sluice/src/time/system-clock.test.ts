import { afterEach, describe, expect, it, vi } from 'vitest'
import { systemClock } from './system-clock.ts'

afterEach(() => {
  vi.restoreAllMocks()
})

describe('systemClock', () => {
  it('never fires early, whatever the fraction', async () => {
    const delays = [0, 0.2, 0.9, 1, 1.01, 1.5, 2.999, 3.7, 5, 7.3]
    const late = await Promise.all(delays.map((delay) => latenessOf(delay)))

    expect(late.filter((by) => by < 0)).toEqual([])
  })

  it('takes a negative delay as none', async () => {
    expect(await latenessOf(-1_000)).toBeGreaterThanOrEqual(1_000)
  })

  it('does not fire a timer that was cancelled', async () => {
    let fired = 0
    const timer = systemClock.timer(1, () => fired++)
    timer.cancel()
    await latenessOf(5)

    expect(fired).toBe(0)
  })

  it('takes cancelling after the firing, and twice, for nothing', async () => {
    let fired = 0
    const timer = systemClock.timer(0, () => fired++)
    await latenessOf(3)
    timer.cancel()
    timer.cancel()

    expect(fired).toBe(1)
  })

  it('does not fire at once for a delay beyond 2^31 - 1 ms, nor for one without end', async () => {
    let fired = 0
    const timers = [2 ** 31, 2 ** 40, Number.POSITIVE_INFINITY].map((delay) => systemClock.timer(delay, () => fired++))
    await latenessOf(5)
    for (const timer of timers) timer.cancel()

    expect(fired).toBe(0)
  })

  it('continues to wait when the platform rings before the time is over', () => {
    const rings: (() => void)[] = []
    const delays: unknown[] = []
    const platform = vi.spyOn(globalThis, 'setTimeout').mockImplementation(((ring: () => void, delay: unknown) => {
      rings.push(ring)
      delays.push(delay)
      return 0
    }) as unknown as typeof setTimeout)
    const time = vi.spyOn(performance, 'now').mockReturnValue(0)
    let fired = 0

    systemClock.timer(2 ** 31 + 999, () => fired++)
    time.mockReturnValue(2 ** 31 - 1)
    rings.shift()!()
    expect([fired, delays]).toEqual([0, [2 ** 31 - 1, 1_000]])
    time.mockReturnValue(2 ** 31 + 998.5)
    rings.shift()!()
    expect([fired, delays[2]]).toEqual([0, 1])
    time.mockReturnValue(2 ** 31 + 999)
    rings.shift()!()

    expect(fired).toBe(1)
    expect(platform).toHaveBeenCalledTimes(3)
  })

  it('tells monotonic milliseconds apart from the date', () => {
    const before = Date.now()
    expect(systemClock.wallTime()).toBeGreaterThanOrEqual(before)
    const earlier = systemClock.now()
    expect(systemClock.now()).toBeGreaterThanOrEqual(earlier)
    expect(earlier).toBeLessThan(before)
  })
})

/** How many milliseconds after its time a timer fires. */
function latenessOf(delay: number): Promise<number> {
  const dueAt = systemClock.now() + delay
  return new Promise((resolve) => {
    systemClock.timer(delay, () => resolve(systemClock.now() - dueAt))
  })
}
