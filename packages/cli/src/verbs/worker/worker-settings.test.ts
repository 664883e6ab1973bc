import { describe, expect, it } from 'vitest'
import { resolveWorkerSettings } from './worker-settings.ts'

describe('the settings of a worker', () => {
  it('are a hundred in flight, all runs, ten seconds to finish, and no endpoint', () => {
    expect(resolveWorkerSettings({})).toEqual({
      concurrency: 100,
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

  it('take several runs', () => {
    expect(resolveWorkerSettings({ runs: 'a, b' }).runs).toEqual(['a', 'b'])
  })
})
