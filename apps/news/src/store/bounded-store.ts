import { type Clock, formatDuration } from 'sluice'
import { StoreError } from 'sluice/stores'
import type { NewsStore } from './news-store.ts'

/** Time limit for calls of a store. */
export interface StoreLimit {
  /** Name of the store, for the message. */
  readonly name: string
  readonly clock: Clock
  /** Remaining milliseconds. */
  readonly left: () => number
}

/**
 * Wraps a store so that its calls fail once the limit has passed: a lost database blocks nothing else. The store may
 * still carry out a call that has failed.
 */
export function boundedStore(store: NewsStore, limit: StoreLimit): NewsStore {
  return new Proxy(store, {
    get(target, key) {
      const value: unknown = Reflect.get(target, key)
      if (typeof value !== 'function' || key === 'close') return value
      return (...given: unknown[]) => inTime(Promise.resolve(value.apply(target, given)), limit)
    },
  })
}

/** Waits for a result of a store. @throws StoreError if the limit passes first */
export async function inTime<T>(answer: Promise<T>, { name, clock, left }: StoreLimit): Promise<T> {
  const late = Promise.withResolvers<never>()
  const startedAt = clock.now()
  const timer = clock.timer(Math.max(0, left()), () => {
    const waited = formatDuration(clock.now() - startedAt)
    late.reject(
      new StoreError('SLUICE_STORE', `${name}: the database has not answered for ${waited}; check that it runs`),
    )
  })
  try {
    return await Promise.race([answer, late.promise])
  } finally {
    timer.cancel()
  }
}
