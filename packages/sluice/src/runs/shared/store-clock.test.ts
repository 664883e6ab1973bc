import { expect, it } from 'vitest'
import { inStoreTime, StoreClock } from './store-clock.ts'

it('dates are moved by what the clocks of store and worker differ, but not by what the way and a busy process cost', () => {
  const clock = new StoreClock()
  clock.read(1_000_400, 1_000_000, 200)
  expect(clock.offset).toBe(0)
  clock.read(1_004_000, 1_000_000, 8_000)
  expect(clock.offset).toBe(0)
  clock.read(1_000_100, 4_600_000, 200)
  expect(clock.offset).toBe(-3_600_000)

  const numbers = { attempts: 1, requests: 1, throttled: 0, attemptMs: [1], timing: [0, 0, 0, 0, 0, 1] as const }
  const result = { index: 0, id: '0', ...numbers, bodyKind: 'none' as const, settledAt: 4_600_000 }
  const error = { code: 'SLUICE_THROTTLED', message: '429', retryAt: 4_700_000 }
  const parked = [{ index: 2, id: '2', until: 4_800_000, code: 'SLUICE_THROTTLED' }]
  const results = [
    { ...result, ok: true },
    { ...result, index: 1, ok: false, error },
  ]
  expect(inStoreTime({ at: 4_600_001, results, parked }, clock.offset)).toEqual({
    at: 1_000_001,
    results: [
      { ...result, ok: true, settledAt: 1_000_000 },
      { ...result, index: 1, ok: false, settledAt: 1_000_000, error: { ...error, retryAt: 1_100_000 } },
    ],
    parked: [{ ...parked[0], until: 1_200_000 }],
  })
})
