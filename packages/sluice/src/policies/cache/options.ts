import { checkNames, type OptionNames, oneOf, wholeNumber } from '../../errors/checks.ts'
import { SettingsError, unexpected } from '../../errors/settings-error.ts'
import type { CacheStore } from './cache-store.ts'
import { memoryCacheStore } from './memory-cache-store.ts'

/**
 * `'revalidate'` validates the stored response for each request, so that it is never stale. `'http'` validates once the
 * response is no longer fresh according to the server (RFC 9111).
 * @inline
 */
export type CacheMode = 'revalidate' | 'http'

/** Which responses are cached, how, and where. */
export interface CacheOptions {
  readonly mode: CacheMode
  /** @default in memory, for this client alone */
  readonly store?: CacheStore | undefined
  /** Maximum size of the in-memory store in bytes; cannot be combined with `store`. @default 64 MiB */
  readonly maxBytes?: number | undefined
}

/** Cache options, completed and validated. */
export interface CacheSettings {
  readonly mode: CacheMode
  readonly store: CacheStore
}

const modes: readonly CacheMode[] = ['revalidate', 'http']

const names: OptionNames<CacheOptions> = {
  mode: true,
  store: true,
  maxBytes: true,
}

/** Completes and validates the options. @throws SettingsError that names the option. */
export function resolveCache(cache: CacheMode | CacheOptions | undefined): CacheSettings | undefined {
  if (cache === undefined) return undefined
  if (typeof cache !== 'object' || cache === null)
    return { mode: oneOf('cache', cache, modes), store: memoryCacheStore() }
  checkNames('cache.', cache, names)
  const mode = oneOf('cache.mode', cache.mode, modes)
  const { store, maxBytes } = cache
  if (store !== undefined && maxBytes !== undefined) {
    throw new SettingsError('cache.maxBytes: not allowed together with cache.store, which has its own limit')
  }
  if (store !== undefined) return { mode, store: checkedStore(store) }
  return { mode, store: memoryCacheStore({ maxBytes: maxBytes === undefined ? undefined : bytes(maxBytes) }) }
}

function bytes(maxBytes: number): number {
  return wholeNumber('cache.maxBytes', maxBytes, 1)
}

function checkedStore(store: CacheStore): CacheStore {
  const verbs = ['get', 'set', 'delete'] as const
  if (verbs.some((verb) => typeof store?.[verb] !== 'function')) {
    throw unexpected('cache.store', 'a store with get, set and delete', store)
  }
  if (store.secret !== undefined && store.secret.byteLength < 32) {
    throw new SettingsError(`cache.store.secret: expected at least 32 bytes, got ${store.secret.byteLength}`)
  }
  return store
}
