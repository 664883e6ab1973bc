import { expect, it } from 'vitest'
import { StoreError } from '../database/store-error.ts'
import { ManualClock } from '../testing/manual-clock.ts'
import { Cancellation } from '../time/cancellation.ts'
import { untilStored } from './until-stored.ts'

const outage = new StoreError('SLUICE_STORE', 'away', undefined, true)

function setup(failures: number, error: unknown = outage) {
  const clock = new ManualClock()
  const givingUp = new Cancellation()
  const triedAt: number[] = []
  const told: unknown[] = []
  const work = async (): Promise<string> => {
    triedAt.push(clock.now())
    if (triedAt.length <= failures) throw error
    return 'stored'
  }
  const start = (): Promise<string> =>
    untilStored(work, { name: 'db', clock, givingUp, onFailure: (reason) => told.push(reason) })
  return { clock, givingUp, triedAt, told, start }
}

it('tries until the outage is over, less and less often, and tells of each failure', async () => {
  const { clock, start, triedAt, told } = setup(8)
  const began = clock.now()
  expect(await clock.runUntilSettled(start())).toBe('stored')
  expect(triedAt.map((at) => at - began)).toEqual([0, 500, 1_500, 3_500, 7_500, 12_500, 17_500, 22_500, 27_500])
  expect(told).toHaveLength(8)
})

it('tells once of a store that does not answer for five seconds, and continues waiting for it', async () => {
  const { clock, givingUp } = setup(0)
  const { promise, resolve } = Promise.withResolvers<string>()
  const told: unknown[] = []
  const onFailure = (reason: unknown) => told.push(String(reason))
  const stored = untilStored(() => promise, { name: 'db', clock, givingUp, onFailure })
  await clock.advance(4_999)
  expect(told).toEqual([])
  await clock.advance(60_000)
  expect(told).toEqual([expect.stringContaining('db: no answer for 5 s')])
  resolve('stored')
  expect(await stored).toBe('stored')
  expect(clock.pending).toBe(0)
})

it('does not repeat what the store refuses', async () => {
  const refusal = new StoreError('SLUICE_STORE', 'refused')
  const { start, triedAt } = setup(1, refusal)
  await expect(start()).rejects.toBe(refusal)
  expect(triedAt).toHaveLength(1)
})

it('throws the last error when it is to give up', async () => {
  const { start, givingUp, triedAt } = setup(9)
  const stored = start()
  givingUp.cancel('drained')
  await expect(stored).rejects.toBe(outage)
  expect(triedAt).toHaveLength(1)
})
