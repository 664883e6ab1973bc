import { type Clock, formatDuration } from 'sluice'
import { StoreError } from 'sluice/stores'
import type { NewsStore } from './news-store.ts'

/** How long answers of a store are waited for. */
export interface StoreLimit {
  /** Name of the store, for the message. */
  readonly name: string
  readonly clock: Clock
  /** Milliseconds that are left now. */
  readonly left: () => number
}

/**
 * A store whose answers are waited for until a limit: a lost database fails what needs it, and holds up nothing. What was asked of it
 * may still be done.
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

/** The answer of a store, if it comes in time. @throws StoreError if it does not */
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
