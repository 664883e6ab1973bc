/** Entry of a store: plain data, returned unchanged. */
export interface CacheEntry {
  /** Facts about a response, as text. */
  readonly facts: string
  readonly body: Uint8Array
}

/**
 * Store for responses. It may lose entries and it may fail: then requests are sent again.
 *
 * Keys are opaque: neither URLs nor credentials can be read from them. Bodies and headers of responses are stored
 * unchanged.
 */
export interface CacheStore {
  /**
   * Secret from which keys are derived, so that they cannot be guessed: at least 32 random bytes, constant for as long
   * as the entries live.
   * @default a new one in each client, so that clients do not share entries
   */
  readonly secret?: Uint8Array | undefined
  get(key: string): CacheEntry | undefined | Promise<CacheEntry | undefined>
  set(key: string, entry: CacheEntry): void | Promise<void>
  delete(key: string): void | Promise<void>
}

/** Stored response, with the facts needed to compute its age. Plain data except for the body. */
export interface CachedResponse {
  readonly status: number
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
  /** Time of the request, in ms since the epoch. */
  readonly requestTime: number
  /** Time of the response, in ms since the epoch. */
  readonly responseTime: number
}

/** Stored response without its body. */
export type CachedHead = Omit<CachedResponse, 'body'>
