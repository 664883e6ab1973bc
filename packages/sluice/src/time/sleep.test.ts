import { describe, expect, it } from 'vitest'
import { ManualClock } from '../testing/manual-clock.ts'
import { Cancellation } from './cancellation.ts'
import { sleep, waitFor } from './sleep.ts'

/** A cancellation that tells how many listen to it. */
class CountedCancellation extends Cancellation {
  listeners = 0

  override onCancel(listener: (reason: unknown) => void): () => void {
    const takeBack = super.onCancel(listener)
    this.listeners++
    return () => {
      this.listeners--
      takeBack()
    }
  }
}

describe('waitFor', () => {
  it('ends when the time is over, not a millisecond before, and says that it was waited in full', async () => {
    const clock = new ManualClock()
    let waited: boolean | undefined
    waitFor(clock, 1_000, new Cancellation()).then((result) => {
      waited = result
    })

    await clock.advance(999)
    expect(waited).toBeUndefined()
    await clock.advance(1)
    expect(waited).toBe(true)
  })

  it('gives its timer and its listener back when the time is over', async () => {
    const clock = new ManualClock()
    const cancellation = new CountedCancellation()
    const slept = waitFor(clock, 1_000, cancellation)
    expect([clock.pending, cancellation.listeners]).toEqual([1, 1])

    expect(await clock.runUntilSettled(slept)).toBe(true)

    expect([clock.pending, cancellation.listeners]).toEqual([0, 0])
  })

  it('ends at once when cancelled, says so, and leaves no timer', async () => {
    const clock = new ManualClock()
    const cancellation = new Cancellation()
    const slept = waitFor(clock, 1_000, cancellation)
    await clock.advance(400)

    cancellation.cancel('stop')

    expect(await slept).toBe(false)
    expect(clock.now()).toBe(400)
    expect(clock.pending).toBe(0)
  })

  it('sets no timer when it was cancelled before', async () => {
    const clock = new ManualClock()
    const cancellation = new Cancellation()
    cancellation.cancel('stop')

    expect(await waitFor(clock, 1_000, cancellation)).toBe(false)
    expect(clock.pending).toBe(0)
  })

  it('stays waited in full when it is cancelled afterwards', async () => {
    const clock = new ManualClock()
    const cancellation = new Cancellation()
    const slept = waitFor(clock, 10, cancellation)
    await clock.advance(10)

    cancellation.cancel('stop')

    expect(await slept).toBe(true)
  })

  it('leaves nothing behind in a cancellation that outlives ten thousand of them', async () => {
    const clock = new ManualClock()
    const cancellation = new CountedCancellation()
    const all = Promise.all(Array.from({ length: 10_000 }, (_, index) => waitFor(clock, index % 10, cancellation)))
    expect(cancellation.listeners).toBe(10_000)

    await clock.runUntilSettled(all)

    expect(cancellation.listeners).toBe(0)
  })
})

describe('sleep', () => {
  it('takes a duration and the clock of a test', async () => {
    const clock = new ManualClock()
    await clock.runUntilSettled(sleep('2s', { clock }))
    expect([clock.now(), clock.pending]).toEqual([2_000, 0])
  })

  it("rejects with the signal's reason when it is aborted, and leaves no timer", async () => {
    const clock = new ManualClock()
    const controller = new AbortController()
    const slept = sleep(1_000, { clock, signal: controller.signal })
    await clock.advance(400)
    controller.abort('enough')
    await expect(slept).rejects.toBe('enough')
    await expect(sleep(1, { clock, signal: controller.signal })).rejects.toBe('enough')
    expect([clock.now(), clock.pending]).toEqual([400, 0])
  })

  it('refuses what is no duration, and what is no signal', async () => {
    await expect(sleep('soon')).rejects.toThrow('time: expected a duration')
    await expect(sleep(1, { signal: {} as AbortSignal })).rejects.toThrow('signal: expected an AbortSignal')
    const old = { aborted: true, addEventListener() {} } as unknown as AbortSignal
    await expect(sleep(1, { signal: old })).rejects.toThrow('signal: expected an AbortSignal')
  })
})
