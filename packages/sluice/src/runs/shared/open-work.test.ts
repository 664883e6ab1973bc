import { expect, it } from 'vitest'
import type { OpenRun } from '../../stores/shared-store.ts'
import { isSettledForNow } from './open-work.ts'

function runWith(change: Partial<OpenRun>): OpenRun {
  return {
    id: 1,
    name: 'k',
    source: { name: 'list', identity: 'list', isSpooled: true },
    settings: null,
    keySeed: 'seed',
    createdAt: 0,
    updatedAt: 0,
    read: 10,
    hasEnded: true,
    settledBelow: 0,
    mark: undefined,
    succeeded: 0,
    failed: 0,
    parked: 0,
    nextDueAt: undefined,
    requests: 0,
    throttled: 0,
    elapsed: 0,
    claimedBy: undefined,
    at: 10_000,
    isReady: false,
    hasChunks: true,
    ...change,
  }
}

it.each([
  ['has items that nobody has done', {}, false],
  ['has only items that wait for a date', { succeeded: 7, parked: 3, nextDueAt: 11_000 }, true],
  ['has an item whose date has come', { succeeded: 7, parked: 3, nextDueAt: 1_000 }, false],
  ['has items besides those that wait', { succeeded: 6, parked: 3, nextDueAt: 11_000 }, false],
  ['is done as far as it was read, and still read', { succeeded: 10, hasEnded: false, claimedBy: 7 }, false],
  ['is done as far as it was read, and read no further', { succeeded: 10, hasEnded: false }, true],
  ['was just begun, and is not claimed yet', { read: 0, hasEnded: false, updatedAt: 9_000 }, false],
  ['is finished', { succeeded: 9, failed: 1 }, true],
])('a run that %s', (_, change, alone) => {
  expect(isSettledForNow(runWith(change))).toBe(alone)
})
