import type { WorkerStatus } from 'sluice/runs'
import { describe, expect, it } from 'vitest'
import { SettledRate } from '../../figures/run-statistics.ts'
import { endText, eventText, statusText } from './worker-text.ts'

const status: WorkerStatus = {
  id: 3,
  state: 'working',
  isConnected: true,
  inFlight: 12,
  waiting: 80,
  heldBy: ['concurrency'],
  runs: ['nightly'],
  chunks: 2,
  succeeded: 4_500,
  failed: 12,
  parked: 0,
  requests: 4_600,
  throttled: 0,
  lost: 0,
}

describe('what a worker says', () => {
  it('is a line with the most important first', () => {
    expect(statusText(status, 120.04)).toBe('4,512 done  12 failed  120.0/s  12 in flight  2 chunks of nightly')
  })

  it('shows that it waits for runs, has lost the store, or is stopping', () => {
    const idle = { ...status, failed: 0, inFlight: 0, runs: [], chunks: 0 }
    expect(statusText(idle, 0)).toBe('4,500 done  0.0/s  0 in flight  waiting for runs')
    const line = statusText({ ...status, isConnected: false, state: 'draining' }, 0)
    expect(line).toMatch(/without the store {2}stopping$/)
  })

  it('says which limits hold it up', () => {
    const held = { ...status, failed: 0, inFlight: 0, heldBy: ['quota', 'concurrency', 'rate 5/s'] }
    expect(statusText(held, 0)).toBe('4,500 done  0.0/s  0 in flight  held by quota, rate 5/s  2 chunks of nightly')
  })

  it('names no more than three runs', () => {
    expect(statusText({ ...status, runs: ['a', 'b', 'c', 'd', 'e'] }, 1)).toContain('2 chunks of a, b, c and 2 more')
  })

  it('names the item that it has abandoned, by its line, and why fewer are in flight', () => {
    const message = '3 workers died while this item was in flight'
    expect(eventText({ type: 'item.failed', run: 'nightly', index: 25, message })).toEqual({
      how: 'warn',
      text: 'item 26 of nightly failed: 3 workers died while this item was in flight',
    })
    const mebibyte = 1024 * 1024
    const limited = { type: 'worker.limited', concurrency: 7, maxMemory: 208 * mebibyte, body: 9 * mebibyte } as const
    expect(eventText(limited).text).toBe(
      '7 at once, because a response takes 9.0 MiB and all of them may take 208.0 MiB: add memory, or raise --max-memory',
    )
  })

  it('tells at its end what it has done', () => {
    expect(endText({ ...status, parked: 7 })).toBe(
      'worker 3 has left: 4,500 succeeded, 12 failed, 7 parked, 4,600 requests',
    )
  })

  it('tells which run it cannot do, and why, without sequences for the terminal', () => {
    const error = new Error('the environment variable TOKEN is not set')
    expect(eventText({ type: 'run.refused', run: 'nightly', error })).toEqual({
      how: 'warn',
      text: 'nightly: the environment variable TOKEN is not set; it is left to other workers',
    })
    expect(eventText({ type: 'run.joined', run: 'x\u001b[31m' }).text).toBe('working on x')
  })

  it('keeps single chunks for -v, but not that one was taken over', () => {
    expect(eventText({ type: 'chunk.done', run: 'nightly', chunk: 5 }).how).toBe('detail')
    expect(eventText({ type: 'chunk.lost', run: 'nightly', chunk: 5 }).how).toBe('warn')
  })
})

describe('the rate of a worker', () => {
  it('is that of the last ten seconds', () => {
    const rate = new SettledRate()
    expect(rate.at(0, 0)).toBe(0)
    expect(rate.at(1_000, 50)).toBe(50)
    for (let second = 2; second <= 20; second++) rate.at(second * 1_000, 50)
    expect(rate.at(21_000, 60)).toBe(1)
  })
})
