import { afterEach, expect, it, vi } from 'vitest'
import { type RunMoment, TimeShares } from './time-shares.ts'

const busy: RunMoment = { isPaused: false, inFlight: 3, concurrency: 10, heldBy: new Set(), isUnreachable: false }

afterEach(() => {
  vi.useRealTimers()
})

/** A run that is in each state for a second, and the shares of its time. */
async function sharesOf(
  moments: readonly Partial<RunMoment>[],
  prepare: (time: TimeShares) => void = () => {},
  isPaged = false,
): Promise<Record<string, number>> {
  vi.useFakeTimers({ now: 0, toFake: ['setInterval', 'clearInterval', 'performance'] })
  let moment: RunMoment = busy
  const time = new TimeShares({ now: () => performance.now(), look: () => moment, isPaged })
  prepare(time)
  for (const change of moments) {
    moment = { ...busy, ...change }
    await vi.advanceTimersByTimeAsync(1_000)
  }
  const shares = Object.fromEntries(time.shares())
  time.close()
  expect(Object.values(shares).reduce((sum, share) => sum + share, 0)).toBe(moments.length * 1_000)
  return shares
}

it('counts each moment of a run for one limit, so that they add up to its time', async () => {
  const shares = await sharesOf([
    {},
    { heldBy: new Set(['concurrency']), inFlight: 10 },
    { heldBy: new Set(['rate 10/s']) },
    { isPaused: true },
    { isUnreachable: true },
  ])
  expect(Object.keys(shares).sort()).toEqual(
    ['concurrency', 'connection errors', 'pause', 'rate 10/s', 'server', 'this machine'].sort(),
  )
  expect(shares['rate 10/s']).toBe(1_000)
})

it('names an input that is waited for, an output that is written, and pages', async () => {
  const never = new Promise<never>(() => {})
  const input = await sharesOf([{ inFlight: 0 }], (time) => void time.reading({ next: () => never }).next())
  expect(input.input).toBeGreaterThanOrEqual(900)
  const output = await sharesOf([{}], (time) => void time.writing(never))
  expect(output.output).toBeGreaterThanOrEqual(900)
  expect((await sharesOf([{}], undefined, true)).paging).toBeGreaterThanOrEqual(900)
})

it.each([
  ['throttled', undefined, 'refusals'],
  ['notSent', 'SLUICE_CONNECT', 'connection errors'],
  ['transient', undefined, 'backoff'],
])('names why nothing is in flight after a %s attempt (%s): %s', async (verdict, code, cause) => {
  const shares = await sharesOf([{ inFlight: 0 }], (time) => {
    time.observe({ type: 'attempt.settled', verdict, ...(code && { error: { code } }) } as never)
    time.observe({ type: 'retry.scheduled', verdict, delay: 2_000 } as never)
  })
  expect(shares[cause]).toBeGreaterThanOrEqual(900)
})
