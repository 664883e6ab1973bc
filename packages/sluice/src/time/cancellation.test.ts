import { describe, expect, it } from 'vitest'
import { Cancellation } from './cancellation.ts'

describe('Cancellation', () => {
  it('tells every listener, even when one of them throws', () => {
    const cancellation = new Cancellation()
    const told: unknown[] = []
    cancellation.onCancel(() => {
      throw new Error('broken listener')
    })
    cancellation.onCancel((reason) => told.push(reason))

    cancellation.cancel('enough')

    expect(told).toEqual(['enough'])
  })

  it('starts without a reason, and calls no listener', () => {
    const cancellation = new Cancellation()
    const reasons: unknown[] = []
    cancellation.onCancel((reason) => reasons.push(reason))

    expect(cancellation.cancelled).toBe(false)
    expect(cancellation.reason).toBeUndefined()
    expect(reasons).toEqual([])
  })

  it('keeps the first reason, and calls each listener once, in their order', () => {
    const cancellation = new Cancellation()
    const calls: unknown[] = []
    cancellation.onCancel((reason) => calls.push(['first', reason]))
    cancellation.onCancel((reason) => calls.push(['second', reason]))

    cancellation.cancel('too slow')
    cancellation.cancel('too late')

    expect(cancellation.reason).toBe('too slow')
    expect(calls).toEqual([
      ['first', 'too slow'],
      ['second', 'too slow'],
    ])
  })

  it('is cancelled already when its listeners are called', () => {
    const cancellation = new Cancellation()
    let seen: unknown
    cancellation.onCancel(() => {
      seen = [cancellation.cancelled, cancellation.reason]
    })

    cancellation.cancel('stop')

    expect(seen).toEqual([true, 'stop'])
  })

  it('calls a listener that comes too late at once', () => {
    const cancellation = new Cancellation()
    cancellation.cancel('stop')
    const reasons: unknown[] = []

    const takeBack = cancellation.onCancel((reason) => reasons.push(reason))
    takeBack()

    expect(reasons).toEqual(['stop'])
  })

  it('calls a listener at once that is added while it is being cancelled', () => {
    const cancellation = new Cancellation()
    const calls: string[] = []
    cancellation.onCancel(() => {
      cancellation.onCancel(() => calls.push('inner'))
      calls.push('outer')
    })

    cancellation.cancel('stop')

    expect(calls).toEqual(['inner', 'outer'])
  })

  it('does not call a listener that was taken back, even by another listener on the way', () => {
    const cancellation = new Cancellation()
    const calls: string[] = []
    const takeBackEarly = cancellation.onCancel(() => calls.push('taken back before'))
    cancellation.onCancel(() => takeBackLate())
    const takeBackLate = cancellation.onCancel(() => calls.push('taken back on the way'))

    takeBackEarly()
    takeBackEarly()
    cancellation.cancel('stop')

    expect(calls).toEqual([])
  })

  it('holds on to no listener that was taken back', async () => {
    const cancellation = new Cancellation()
    const listened = (() => {
      const listener = (): void => {}
      cancellation.onCancel(listener)()
      return new WeakRef(listener)
    })()

    await collectGarbage()

    expect(listened.deref()).toBeUndefined()
    expect(cancellation.cancelled).toBe(false)
  })

  it('holds on to no listener once it is cancelled', async () => {
    const cancellation = new Cancellation()
    const listened = (() => {
      const listener = (): void => {}
      cancellation.onCancel(listener)
      return new WeakRef(listener)
    })()

    cancellation.cancel('stop')
    await collectGarbage()

    expect(listened.deref()).toBeUndefined()
    expect(cancellation.cancelled).toBe(true)
  })
})

describe('the signal of a Cancellation', () => {
  it('is always the same one', () => {
    const cancellation = new Cancellation()
    expect(cancellation.signal).toBe(cancellation.signal)
  })

  it('aborts with the reason when cancelled', () => {
    const cancellation = new Cancellation()
    const { signal } = cancellation
    expect(signal.aborted).toBe(false)

    const reason = new Error('stop')
    cancellation.cancel(reason)

    expect(signal.aborted).toBe(true)
    expect(signal.reason).toBe(reason)
  })

  it('is aborted from the beginning when it is first read after the cancelling', () => {
    const cancellation = new Cancellation()
    const reason = new Error('stop')
    cancellation.cancel(reason)

    expect(cancellation.signal.aborted).toBe(true)
    expect(cancellation.signal.reason).toBe(reason)
  })
})

/** V8 offers its collector to contexts made after the flag is set. */
async function collectGarbage(): Promise<void> {
  const { setFlagsFromString } = await import('node:v8')
  const { runInNewContext } = await import('node:vm')
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  await new Promise((resolve) => setImmediate(resolve))
  collect()
}
