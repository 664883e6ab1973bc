import { describe, expect, it } from 'vitest'
import { StoreError } from '../database/store-error.ts'
import type { CommitGroup } from '../stores/run-store.ts'
import type { StoredResult } from '../stores/stored-item.ts'
import { commitByBisection, type RefusedItem } from './commit-by-bisection.ts'

const numbers = { attempts: 1, requests: 1, throttled: 0, attemptMs: [1], timing: [0, 0, 0, 0, 0, 1] as const }

function result(index: number, id = `${index}`): StoredResult {
  const body = new TextEncoder().encode(id)
  return { index, id, ok: true, status: 200, ...numbers, bodyKind: 'text', body, meta: { id }, settledAt: 1 }
}

/** Store that rejects groups with an item for which `isRefused` is true. Records the groups that it accepts. */
function store(isRefused: (one: { readonly id: string; readonly body?: unknown }) => boolean) {
  const kept: CommitGroup[] = []
  const refused: RefusedItem[] = []
  let commits = 0
  const commit = async (group: CommitGroup): Promise<void> => {
    commits++
    if ([...(group.results ?? []), ...(group.parked ?? [])].some(isRefused)) {
      throw new StoreError('SLUICE_STORE_REFUSED', 'db: cannot store a value: 22P05')
    }
    kept.push(group)
  }
  return {
    results: () => kept.flatMap(({ results = [] }) => results),
    parked: () => kept.flatMap(({ parked = [] }) => parked),
    kept,
    refused,
    commits: () => commits,
    commit: (group: CommitGroup) =>
      commitByBisection(group, { commit, untilStored, onRefused: (item) => refused.push(item) }),
  }
}

/** Number of tries of `untilStored`. */
const maxTries = 3

async function untilStored(work: () => Promise<void>): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      return await work()
    } catch (error) {
      if (!(error as StoreError).mayPass || tries === maxTries) throw error
    }
  }
}

const hundred = Array.from({ length: 100 }, (_, index) => result(index))

describe('A group of which a store refuses one result', () => {
  it('is kept whole but for that item, which fails with the reason, its body and meta data gone', async () => {
    const { commit, results, refused, commits } = store(({ id, body }) => id === '61' && body !== undefined)
    await commit({ results: hundred, at: 5 })
    expect(results().map(({ index }) => index)).toEqual(hundred.map(({ index }) => index))
    expect(results().filter(({ ok }) => !ok)).toEqual([
      {
        ...{ index: 61, id: '61', ok: false, ...numbers, bodyKind: 'none', settledAt: 1 },
        error: {
          code: 'SLUICE_STORE_REFUSED',
          message: 'the store cannot save the result: db: cannot store a value: 22P05',
        },
      },
    ])
    expect(refused.map(({ index }) => index)).toEqual([61])
    expect(commits()).toBeLessThan(20)
  })

  it('has its texts written in ASCII if they are to blame', async () => {
    const { commit, results } = store(({ id }) => id.includes('日'))
    await commit({ results: [result(0), { ...result(1, '日本'), url: 'http://a.test/é', method: 'GET' }], at: 5 })
    expect(results()[1]).toMatchObject({ id: '\\u65e5\\u672c', url: 'http://a.test/\\u00e9', method: 'GET', ok: false })
  })

  it('makes a failure of an item that cannot be parked, and keeps the others parked', async () => {
    const { commit, results, parked } = store(({ id }) => id === 'bad\0')
    const items = ['a', 'bad\0', 'c'].map((id, index) => ({ index, id, until: 9, code: 'SLUICE_THROTTLED' }))
    await commit({ parked: items, at: 5 })
    expect(parked().map(({ id }) => id)).toEqual(['a', 'c'])
    expect(results()).toMatchObject([{ index: 1, id: 'bad\\u0000', ok: false, attempts: 0 }])
  })

  it('counts its time and the items that follow once, and the source as read with the last part', async () => {
    const { commit, kept } = store(({ id, body }) => id === '1' && body !== undefined)
    const progress = { read: 4, hasEnded: true, settledBelow: 4, mark: undefined }
    const spooled = [{ index: 9, request: '{}' }]
    await commit({ results: hundred.slice(0, 4), spooled, progress, elapsed: 7, at: 5 })
    expect(kept.map(({ elapsed }) => elapsed ?? 0).reduce((a, b) => a + b)).toBe(7)
    expect(kept.flatMap((group) => group.spooled ?? [])).toEqual(spooled)
    expect(kept.map((group) => group.progress)).toEqual([...kept.slice(1).map(() => undefined), progress])
  })
})

describe('A group that a store refuses for no fault of an item', () => {
  it('throws, whether the store refuses each failure too or says something else', async () => {
    const { commit, results } = store(() => true)
    await expect(commit({ results: hundred.slice(0, 4), at: 5 })).rejects.toMatchObject({
      message: 'db: cannot store a value: 22P05',
      mayPass: true,
    })
    expect(results()).toEqual([])
    const full = new StoreError('SLUICE_STORE_FULL', 'the disk is full')
    const commitFully = { commit: () => Promise.reject(full), untilStored }
    await expect(commitByBisection({ results: hundred, at: 5 }, commitFully)).rejects.toBe(full)
  })

  it('costs one item if the store refuses everything for a while, and keeps the others', async () => {
    let refusals = 6
    const { commit, results, refused } = store(() => refusals-- > 0)
    await commit({ results: hundred.slice(0, 4), at: 5 })
    expect(results().map(({ ok }) => ok)).toEqual([false, true, true, true])
    expect(refused).toEqual([
      { index: 0, message: 'the store cannot save the result: db: cannot store a value: 22P05' },
    ])
  })

  it('is parted too if it is too long to be written at once', async () => {
    const most = (group: CommitGroup): Promise<void> =>
      (group.results ?? []).length > 10 ? Promise.reject(new RangeError('Invalid string length')) : Promise.resolve()
    const group = { results: hundred, at: 5 }
    await expect(commitByBisection(group, { commit: most, untilStored })).resolves.toBeUndefined()
  })
})
