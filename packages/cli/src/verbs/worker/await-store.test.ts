import { StoreError } from 'sluice/stores'
import { describe, expect, it } from 'vitest'
import { awaitStore } from './await-store.ts'

const refused = (code: string): StoreError =>
  new StoreError('SLUICE_STORE', 'postgres://db: cannot be used', Object.assign(new Error(code), { code }))

describe('a store that is not up yet', () => {
  it('is retried until it answers, and reported once', async () => {
    let tries = 0
    const told: unknown[] = []
    const open = async (): Promise<string> => {
      if (++tries < 3) throw refused('ECONNREFUSED')
      return 'open'
    }
    const signal = new AbortController().signal
    expect(await awaitStore({ open, onWait: (error) => told.push(error), signal })).toBe('open')
    expect([tries, told.length]).toEqual([3, 1])
  })

  it('is not waited for where waiting mends nothing, or after a stop', async () => {
    const stop = new AbortController()
    const wait = (code: string) =>
      awaitStore({ open: () => Promise.reject(refused(code)), onWait: () => stop.abort(), signal: stop.signal })
    await expect(wait('28P01')).rejects.toThrow('cannot be used')
    expect(await wait('57P03')).toBeUndefined()
  })
})
