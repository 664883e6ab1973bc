import { describe, expect, it } from 'vitest'
import { memoryForBodies } from '../../plan/memory-for-bodies.ts'
import { resolveWorkerSettings } from './worker-settings.ts'

describe('the settings of a worker', () => {
  it('are a hundred in flight, all runs, ten seconds to finish, and no endpoint', () => {
    expect(resolveWorkerSettings({})).toEqual({
      concurrency: 100,
      maxMemory: expect.any(Number),
      runs: undefined,
      untilDone: false,
      grace: 10_000,
      health: undefined,
    })
  })

  it.each([
    ['9090', { host: '127.0.0.1', port: 9090 }],
    [':9090', { host: '127.0.0.1', port: 9090 }],
    ['0.0.0.0:9090', { host: '0.0.0.0', port: 9090 }],
    ['[::1]:9090', { host: '::1', port: 9090 }],
    ['0', { host: '127.0.0.1', port: 0 }],
  ])('take --health %s', (health, place) => {
    expect(resolveWorkerSettings({ health }).health).toEqual(place)
  })

  it.each([
    [{ health: '70000' }, /--health: expected a port/],
    [{ health: 'http://x:1' }, /--health/],
    [{ concurrency: 'auto' }, /--concurrency: expected a whole number/],
    [{ grace: 'soon' }, /--grace/],
    [{ runs: ' , ' }, /--runs: name a run/],
  ])('refuse %j', (flags, problem) => {
    expect(() => resolveWorkerSettings(flags)).toThrow(problem)
  })

  it('give bodies half of the least limit of container, machine and heap, less what Node.js takes', () => {
    const mebibyte = 1024 * 1024
    expect(memoryForBodies(512 * mebibyte, 16_000 * mebibyte, 4_096 * mebibyte)).toBe(208 * mebibyte)
    expect(memoryForBodies(0, 16_000 * mebibyte, 4_096 * mebibyte)).toBe(2_000 * mebibyte)
    expect(memoryForBodies(2 ** 63, 1_000 * mebibyte, 96 * mebibyte)).toBe(16 * mebibyte)
    expect(resolveWorkerSettings({ maxMemory: '256MiB' }).maxMemory).toBe(256 * mebibyte)
  })

  it('take several runs', () => {
    expect(resolveWorkerSettings({ runs: 'a, b' }).runs).toEqual(['a', 'b'])
  })
})
