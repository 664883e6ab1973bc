/** Entry of a store: plain data, handed back as it was. */
export interface CacheEntry {
  /** Facts about an answer, as text. */
  readonly facts: string
  readonly body: Uint8Array
}

/**
 * Place where answers are stored. It may forget entries and it may fail: then requests are sent again.
 *
 * Keys are opaque: neither a URL nor a credential can be read from them. Bodies and headers of answers are kept as they came.
 */
export interface CacheStore {
  /**
   * Secret of the entries' keys, so that they cannot be guessed: at least 32 random bytes, the same for as long as the entries live.
   * @default a new one in each client, so that clients do not share entries
   */
  readonly secret?: Uint8Array | undefined
  get(key: string): CacheEntry | undefined | Promise<CacheEntry | undefined>
  set(key: string, entry: CacheEntry): void | Promise<void>
  delete(key: string): void | Promise<void>
}

/** An answer that was kept, with what it takes to know how old it is. Plain data, but for the body. */
export interface KeptAnswer {
  readonly status: number
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
  /** Time of the request, in milliseconds since the epoch. */
  readonly requestTime: number
  /** When it came, in milliseconds since the epoch. */
  readonly responseTime: number
}

/** A stored answer without its body. */
export type KeptHead = Omit<KeptAnswer, 'body'>
