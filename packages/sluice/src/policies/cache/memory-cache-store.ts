import { wholeNumber } from '../../errors/checks.ts'
import { secretKey } from '../../random/unique-key.ts'
import type { CacheEntry, CacheStore } from './cache-store.ts'

/** Options of the in-memory store. */
export interface MemoryCacheOptions {
  /** Maximum total size in bytes. The least recently used entries are removed first. @default 64 MiB */
  readonly maxBytes?: number | undefined
}

const defaultBytes = 64 * 1024 * 1024

/**
 * Creates an in-memory store, which several clients may share. @throws SettingsError if `maxBytes` is not a positive
 * integer.
 */
export function memoryCacheStore(options: MemoryCacheOptions = {}): CacheStore & { readonly size: number } {
  const maxBytes = wholeNumber('maxBytes', options.maxBytes ?? defaultBytes, 1)
  /** Entries in the order of their last use. */
  const entries = new Map<string, CacheEntry>()
  let size = 0

  const remove = (key: string): void => {
    const entry = entries.get(key)
    if (entry === undefined) return
    entries.delete(key)
    size -= sizeOf(key, entry)
  }

  return {
    secret: secretKey(),
    /** Size of the stored entries in bytes. */
    get size() {
      return size
    },
    get(key) {
      const entry = entries.get(key)
      if (entry === undefined) return undefined
      entries.delete(key)
      entries.set(key, entry)
      return entry
    },
    set(key, entry) {
      remove(key)
      const added = sizeOf(key, entry)
      // It would push out all other entries, and then itself.
      if (added > maxBytes) return
      entries.set(key, entry)
      size += added
      for (const [oldest] of entries) {
        if (size <= maxBytes) return
        remove(oldest)
      }
    },
    delete: remove,
  }
}

/** Counts two bytes per character, the maximum. */
function sizeOf(key: string, { facts, body }: CacheEntry): number {
  return 2 * (key.length + facts.length) + body.byteLength
}
