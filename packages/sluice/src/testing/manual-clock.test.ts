import { describe, expect, it } from 'vitest'
import { ManualClock } from './manual-clock.ts'

describe('ManualClock', () => {
  it('does not advance automatically', async () => {
    const clock = new ManualClock()
    let fired = false
    clock.timer(0, () => {
      fired = true
    })
    await new Promise((resolve) => setImmediate(resolve))

    expect([clock.now(), fired]).toEqual([0, false])
  })

  it('fires timers in the order of their time, then of their making, each at its own time', async () => {
    const clock = new ManualClock()
    const fired: [string, number][] = []
    const set = (name: string, delay: number) => clock.timer(delay, () => fired.push([name, clock.now()]))
    set('c', 30)
    set('a', 10)
    set('b1', 20)
    set('b2', 20)
    set('negative', -5)

    await clock.advance(29)

    expect(fired).toEqual([
      ['negative', 0],
      ['a', 10],
      ['b1', 20],
      ['b2', 20],
    ])
    expect([clock.now(), clock.pending]).toEqual([29, 1])
  })

  it('fires what timers set on the way, if it falls due within the time', async () => {
    const clock = new ManualClock()
    const fired: number[] = []
    const tick = () => {
      fired.push(clock.now())
      clock.timer(10, tick)
    }
    clock.timer(10, tick)

    await clock.advance(35)

    expect(fired).toEqual([10, 20, 30])
    expect(clock.pending).toBe(1)
  })

  it('finishes everything a timer sets off before the next one fires', async () => {
    const clock = new ManualClock()
    const log: string[] = []
    clock.timer(10, async () => {
      for (let step = 0; step < 50; step++) await Promise.resolve()
      log.push('first done')
    })
    clock.timer(10, () => log.push('second'))

    await clock.advance(10)

    expect(log).toEqual(['first done', 'second'])
  })

  it('neither fires nor counts a cancelled timer, even one that another timer of the same time cancels', async () => {
    const clock = new ManualClock()
    let fired = 0
    clock.timer(10, () => second.cancel())
    const second = clock.timer(10, () => fired++)
    const third = clock.timer(20, () => fired++)
    third.cancel()
    expect(clock.pending).toBe(2)

    await clock.advance(100)

    expect([fired, clock.pending]).toEqual([0, 0])
  })

  it('keeps the date apart from the time that is measured', async () => {
    const clock = new ManualClock({ wallTime: Date.UTC(2026, 5, 1) })
    await clock.advance(1_000)
    expect([clock.now(), clock.wallTime()]).toEqual([1_000, Date.UTC(2026, 5, 1, 0, 0, 1)])

    clock.setWallTime(Date.UTC(2020, 0, 1))
    await clock.advance(500)

    expect([clock.now(), clock.wallTime()]).toEqual([1_500, Date.UTC(2020, 0, 1) + 500])
  })

  it('takes an hour of ticks without an hour passing', async () => {
    const clock = new ManualClock()
    const startedAt = performance.now()
    let ticks = 0
    const tick = () => {
      ticks++
      clock.timer(1_000, tick)
    }
    clock.timer(1_000, tick)

    await clock.advance(3_600_000)

    expect(ticks).toBe(3_600)
    expect(performance.now() - startedAt).toBeLessThan(5_000)
  })
})

describe('ManualClock.runUntilSettled', () => {
  it('moves on to the moment at which the work is done, and no further', async () => {
    const clock = new ManualClock()
    const work = (async () => {
      for (const delay of [100, 250]) await new Promise<void>((resolve) => clock.timer(delay, resolve))
      return 'done'
    })()
    clock.timer(10_000, () => {})

    expect(await clock.runUntilSettled(work)).toBe('done')
    expect([clock.now(), clock.pending]).toEqual([350, 1])
  })

  it('throws what the work throws', async () => {
    const clock = new ManualClock()
    const work = new Promise((_, reject) => clock.timer(5, () => reject(new Error('broken'))))

    await expect(clock.runUntilSettled(work)).rejects.toThrow('broken')
    expect(clock.now()).toBe(5)
  })

  it('does not move for work that is done without time', async () => {
    const clock = new ManualClock()
    clock.timer(10, () => {})

    expect(await clock.runUntilSettled(Promise.resolve(7))).toBe(7)
    expect(clock.now()).toBe(0)
  })

  it('says so when the work waits for something other than the clock', async () => {
    const clock = new ManualClock()
    clock.timer(20, () => {})

    await expect(clock.runUntilSettled(new Promise(() => {}))).rejects.toThrow(
      'the work waits for something other than the clock, 20 ms in',
    )
  })

  it('says so when the work is not done within the limit', async () => {
    const clock = new ManualClock()
    const tick = () => {
      clock.timer(1_000, tick)
    }
    tick()

    await expect(clock.runUntilSettled(new Promise(() => {}), 5_500)).rejects.toThrow(
      'the work was not done after 5500 ms',
    )
    expect(clock.now()).toBe(5_000)
  })
})
