import { wholeNumber } from '../../errors/checks.ts'
import { secretKey } from '../../random/unique-key.ts'
import type { CacheEntry, CacheStore } from './cache-store.ts'

/** How much a store in memory keeps. */
export interface MemoryCacheOptions {
  /** Bytes that are kept in all; what was not used for longest goes first. @default 64 MiB */
  readonly maxBytes?: number | undefined
}

const defaultBytes = 64 * 1024 * 1024

/** Keeps answers in memory. One store may serve several clients. @throws SettingsError if `maxBytes` is no whole number from 1. */
export function memoryCacheStore(options: MemoryCacheOptions = {}): CacheStore & { readonly size: number } {
  const maxBytes = wholeNumber('maxBytes', options.maxBytes ?? defaultBytes, 1)
  /** In the order of their last use. */
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
    /** Bytes that are kept. */
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
      // It would push out everything else, and then itself.
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

/** Two bytes for a character, which is the most that one takes. */
function sizeOf(key: string, { facts, body }: CacheEntry): number {
  return 2 * (key.length + facts.length) + body.byteLength
}
