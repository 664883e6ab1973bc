import type { ApiRequest } from '../../http/request.ts'
import { secretKey, uniqueKey } from '../../random/unique-key.ts'
import type { Clock } from '../../time/clock.ts'
import { CacheKeys, type Index } from './cache-keys.ts'
import type { CachedHead, CachedResponse, CacheEntry, CacheStore } from './cache-store.ts'
import { variedBy } from './vary.ts'

/** Timeout of one store operation in ms. */
const storeTimeout = 1_000

/** Request that uses the cache, from the lookup of a stored response to storing the new one. */
export interface Asking {
  readonly request: ApiRequest
  /** Identity of the caller, if credentials are added to the request by an inner policy: a secret. */
  readonly caller: string | undefined
  /** Facts about the URL when the request started. */
  index: Index | undefined
  /** True if the resource was changed since the request started: then its response is not stored. */
  isOutdated: boolean
}

/**
 * Finds and stores responses in a store. A store that fails, hangs or returns invalid data counts as empty:
 * `onTrouble` is
 * called, and no call fails because of it.
 */
export class CacheEntries {
  readonly #store: CacheStore
  readonly #keys: CacheKeys
  readonly #clock: Clock
  readonly #onTrouble: (error: unknown) => void
  readonly #asking = new Map<string, Set<Asking>>()

  constructor(store: CacheStore, clock: Clock, onTrouble: (error: unknown) => void) {
    this.#store = store
    this.#keys = new CacheKeys(store.secret ?? secretKey())
    this.#clock = clock
    this.#onTrouble = onTrouble
  }

  begin(request: ApiRequest, caller: string | undefined): Asking {
    const asking: Asking = { request, caller, index: undefined, isOutdated: false }
    const others = this.#asking.get(request.url) ?? new Set()
    this.#asking.set(request.url, others.add(asking))
    return asking
  }

  end(asking: Asking): void {
    const others = this.#asking.get(asking.request.url)
    others?.delete(asking)
    if (others?.size === 0) this.#asking.delete(asking.request.url)
  }

  /** Stored response to exactly this request; undefined if there is none. */
  async find(asking: Asking): Promise<CachedResponse | undefined> {
    const { request } = asking
    asking.index = indexIn(await this.#get(this.#keys.indexOf(request.url)))
    if (asking.index === undefined) return undefined
    return answerIn(await this.#get(this.#keys.answerOf(request, asking.index, asking.caller)))
  }

  /** Identity of the requested response: equal for all requests that would get the same one. */
  identityOf({ request, index, caller }: Asking): string {
    return index === undefined ? this.#keys.indexOf(request.url) : this.#keys.answerOf(request, index, caller)
  }

  /** Stores a response. Returns false if it is outdated. */
  put(asking: Asking, { body, ...head }: CachedResponse): boolean {
    if (asking.isOutdated) return false
    const { request, index } = asking
    const varies = variedBy(head.headers.vary, index?.varies)
    const generation = index?.generation ?? uniqueKey()
    if (varies.length !== index?.varies.length) {
      asking.index = { generation, varies }
      // Concurrent requests for the same URL must use the same generation.
      for (const other of this.#asking.get(request.url) ?? []) other.index = asking.index
      this.#set(this.#keys.indexOf(request.url), { facts: JSON.stringify(asking.index), body: noBytes })
    }
    const key = this.#keys.answerOf(request, asking.index!, asking.caller)
    this.#set(key, { facts: JSON.stringify(head), body })
    return true
  }

  /** Removes the response to exactly this request. */
  drop({ request, index, caller }: Asking): void {
    if (index !== undefined) this.#delete(this.#keys.answerOf(request, index, caller))
  }

  /** Removes all responses to a URL, for all callers. Responses to requests in flight are not stored. */
  invalidate(url: string): void {
    for (const asking of this.#asking.get(url) ?? []) asking.isOutdated = true
    this.#delete(this.#keys.indexOf(url))
  }

  async #get(key: string): Promise<CacheEntry | undefined> {
    try {
      const given = this.#store.get(key)
      return given instanceof Promise ? await this.#soon(given) : given
    } catch (error) {
      this.#onTrouble(error)
      return undefined
    }
  }

  #set(key: string, entry: CacheEntry): void {
    this.#tell(() => this.#store.set(key, entry))
  }

  #delete(key: string): void {
    this.#tell(() => this.#store.delete(key))
  }

  /** Writes to the store in the background. */
  #tell(write: () => void | Promise<void>): void {
    try {
      write()?.catch(this.#onTrouble)
    } catch (error) {
      this.#onTrouble(error)
    }
  }

  #soon<T>(given: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const tooLate = (): void => reject(new Error(`the store has not answered within ${storeTimeout} ms`))
      const timer = this.#clock.timer(storeTimeout, tooLate)
      given.then(resolve, reject).finally(() => timer.cancel())
    })
  }
}

const noBytes = new Uint8Array()

function indexIn(entry: CacheEntry | undefined): Index | undefined {
  const facts = factsOf<Index>(entry)
  return typeof facts?.generation === 'string' && Array.isArray(facts.varies) ? facts : undefined
}

function answerIn(entry: CacheEntry | undefined): CachedResponse | undefined {
  const head = factsOf<CachedHead>(entry)
  const isWhole =
    typeof head?.status === 'number' &&
    typeof head.headers === 'object' &&
    Number.isFinite(head.requestTime) &&
    Number.isFinite(head.responseTime)
  return isWhole ? { ...head, body: entry!.body } : undefined
}

/** Reads an entry. Damaged or foreign entries are ignored. */
function factsOf<T>(entry: CacheEntry | undefined): (Partial<T> & T) | undefined {
  if (entry === undefined || !(entry.body instanceof Uint8Array)) return undefined
  try {
    const facts: unknown = JSON.parse(entry.facts)
    return typeof facts === 'object' && facts !== null ? (facts as T) : undefined
  } catch {
    return undefined
  }
}
