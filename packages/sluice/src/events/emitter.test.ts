import { describe, expect, it } from 'vitest'
import { Emitter } from './emitter.ts'
import type { SluiceEvent } from './event.ts'

const pause = (at: number): SluiceEvent => ({ type: 'partition.paused', at, partition: 'a', until: at + 1_000 })

describe('Emitter', () => {
  it('hands each event to all listeners, in the order in which they came', () => {
    const emitter = new Emitter()
    const heard: [string, SluiceEvent][] = []
    emitter.on((event) => heard.push(['first', event]))
    emitter.on((event) => heard.push(['second', event]))
    const events = [pause(1), pause(2)]

    for (const event of events) emitter.emit(event)

    expect(heard).toEqual([
      ['first', events[0]],
      ['second', events[0]],
      ['first', events[1]],
      ['second', events[1]],
    ])
    expect(heard[0]![1]).toBe(events[0])
  })

  it('is heard as long as somebody listens', () => {
    const emitter = new Emitter()
    expect(emitter.isHeard).toBe(false)

    const stopFirst = emitter.on(() => {})
    const stopSecond = emitter.on(() => {})
    stopFirst()
    expect(emitter.isHeard).toBe(true)
    stopSecond()
    stopSecond()

    expect(emitter.isHeard).toBe(false)
    expect(() => emitter.emit(pause(1))).not.toThrow()
  })

  it('continues with the other listeners, and with its caller, when one throws', () => {
    const emitter = new Emitter()
    const heard: string[] = []
    emitter.on(() => {
      throw new Error('its own fault')
    })
    emitter.on(() => heard.push('second'))

    expect(() => emitter.emit(pause(1))).not.toThrow()
    emitter.emit(pause(2))

    expect(heard).toEqual(['second', 'second'])
  })

  it('hands an event to everybody who listened when it began, and only to them', () => {
    const emitter = new Emitter()
    const heard: string[] = []
    emitter.on(({ at }) => {
      heard.push(`first ${at}`)
      stopSecond()
      if (at === 1) emitter.on((event) => heard.push(`third ${event.at}`))
    })
    const stopSecond = emitter.on(({ at }) => heard.push(`second ${at}`))

    emitter.emit(pause(1))
    emitter.emit(pause(2))

    expect(heard).toEqual(['first 1', 'second 1', 'first 2', 'third 2'])
  })

  it('stops one of two subscriptions of the same listener at a time', () => {
    const emitter = new Emitter()
    let heard = 0
    const listener = (): void => {
      heard++
    }
    const stop = emitter.on(listener)
    emitter.on(listener)
    stop()
    emitter.emit(pause(1))
    expect(heard).toBe(1)
  })

  it('continues when a listener is an async function that fails', async () => {
    const emitter = new Emitter()
    emitter.on(async () => {
      throw new Error('its own fault')
    })
    emitter.emit(pause(1))
    // An unhandled rejection would end the process, and fails this run.
    await new Promise((resolve) => setImmediate(resolve))
  })

  it('finishes an event that a listener emits before it continues with the first', () => {
    const emitter = new Emitter()
    const heard: number[] = []
    emitter.on(({ at }) => {
      if (at === 1) emitter.emit(pause(2))
    })
    emitter.on(({ at }) => heard.push(at))

    emitter.emit(pause(1))

    expect(heard).toEqual([2, 1])
  })
})
