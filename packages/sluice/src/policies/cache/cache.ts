import type { Emitter } from '../../events/emitter.ts'
import type { ApiRequest } from '../../http/request.ts'
import type { Clock } from '../../time/clock.ts'
import { Attempt, Call, type CallObserver } from '../attempt.ts'
import { callerOf } from '../auth/auth.ts'
import { ClosedError } from '../errors.ts'
import type { FromCache, Outcome } from '../outcome.ts'
import type { Next, Policy } from '../policy.ts'
import { type Asking, CacheEntries } from './cache-entries.ts'
import type { CachedResponse } from './cache-store.ts'
import { currentAge } from './freshness.ts'
import { invalidatedUrls, isUnsafe } from './invalidation.ts'
import { mayStore, mayUseCache } from './may-store.ts'
import type { CacheSettings } from './options.ts'
import { mayServeOnError, type Reuse, reuseOf } from './reuse.ts'
import { confirms, freshened, keptHeaders, withValidators } from './validation.ts'

export interface CacheParts {
  readonly clock: Clock
  readonly events: Emitter
  /** Identifies callers whose credentials are added by an inner policy: responses are not shared between callers. */
  readonly callerName: (() => string) | undefined
  /** Receives the attempts of background requests. */
  readonly newObserver: () => CallObserver
}

/**
 * Stores responses to GET and reuses them as far as HTTP allows. Runs outside retry and the limits: a fresh response
 * costs no permit and no rate, and a stale one is revalidated.
 */
export class Cache implements Policy {
  readonly name = 'cache'
  readonly #settings: CacheSettings
  readonly #parts: CacheParts
  readonly #entries: CacheEntries
  /** Calls in the background by identity: one at a time. */
  readonly #refreshing = new Map<string, Call>()

  constructor(settings: CacheSettings, parts: CacheParts) {
    const { clock, events } = parts
    this.#settings = settings
    this.#parts = parts
    this.#entries = new CacheEntries(settings.store, clock, (error) => {
      if (events.isHeard) events.emit({ type: 'cache.failed', at: clock.now(), error })
    })
  }

  async run(attempt: Attempt, next: Next): Promise<Outcome> {
    const { request, credentials, stream } = attempt.call
    // Secrets of a token request are stored apart from it; a streamed body is not stored.
    if (credentials === undefined && stream === undefined && mayUseCache(request))
      return await this.#answer(attempt, next)
    const outcome = await next(attempt)
    if (isUnsafe(request.method) && outcome.kind === 'response') {
      for (const url of invalidatedUrls(request, outcome.response)) this.#entries.invalidate(url)
    }
    return outcome
  }

  /** Cancels the refreshes in the background. */
  close(): void {
    for (const call of this.#refreshing.values()) call.cancellation.cancel(new ClosedError())
  }

  async #answer(attempt: Attempt, next: Next): Promise<Outcome> {
    const { call } = attempt
    const { request, cancellation } = call
    const asking = this.#entries.begin(request, callerOf(call, this.#parts.callerName))
    try {
      const kept = await this.#entries.find(asking)
      if (kept === undefined || cancellation.cancelled) return await this.#ask(attempt, next, asking)
      const reuse = this.#reuseOf(kept, request)
      if (reuse.kind === 'validate') return await this.#validate(attempt, next, asking, kept)
      if (reuse.kind === 'serve') return this.#serve(kept, request, reuse.how)
      this.#refresh(call, next, this.#entries.identityOf(asking))
      return this.#serve(kept, request, 'stale')
    } finally {
      this.#entries.end(asking)
    }
  }

  #reuseOf(kept: CachedResponse, request: ApiRequest): Reuse {
    if (this.#settings.mode === 'revalidate') return { kind: 'validate' }
    return reuseOf(kept, request.headers, this.#parts.clock.wallTime())
  }

  /** Sends the request without a stored response. */
  async #ask(attempt: Attempt, next: Next, asking: Asking): Promise<Outcome> {
    const outcome = await next(attempt)
    this.#keep(asking, attempt.call, outcome)
    return outcome
  }

  /** Revalidates the stored response. */
  async #validate(attempt: Attempt, next: Next, asking: Asking, kept: CachedResponse): Promise<Outcome> {
    const { call } = attempt
    call.sent = withValidators(call.request, kept)
    attempt.request = call.sent
    const outcome = await next(attempt)
    call.sent = call.request
    if (outcome.kind === 'response' && outcome.response.status === 304) {
      if (confirms(outcome.response, kept) && !call.isUnshared) {
        const answer = freshened(kept, outcome.response, this.#timesOf(call))
        if (mayStore(this.#settings.mode, call.request, answer)) this.#entries.put(asking, answer)
        else this.#entries.drop(asking)
        this.#emit('cache.revalidated', call.request)
        return given(answer, answer.headers, 'revalidated')
      }
      // The 304 confirms a response that is not stored, or one of another caller.
      if (!call.isUnshared) this.#entries.drop(asking)
      return await this.#ask(new Attempt(call, call.attempts + 1, this.#parts.clock), next, asking)
    }
    if (call.isUnshared) return outcome
    if (this.#helpsAgainst(outcome, kept, call.request)) return this.#serve(kept, call.request, 'stale')
    const isReplaced = this.#keep(asking, call, outcome)
    if (!isReplaced && outcome.kind === 'response' && outcome.response.status < 500) this.#entries.drop(asking)
    return outcome
  }

  /** True if the server is in trouble and the stored response may be used instead (RFC 5861 section 4). */
  #helpsAgainst(outcome: Outcome, kept: CachedResponse, { headers }: ApiRequest): boolean {
    if (this.#settings.mode === 'revalidate' || outcome.kind === 'cancelled') return false
    const isTrouble = outcome.kind !== 'response' || troubles.has(outcome.response.status)
    return isTrouble && mayServeOnError(kept, headers, this.#parts.clock.wallTime())
  }

  /** Revalidates in the background, for the next call. */
  #refresh(asked: Call, next: Next, identity: string): void {
    if (this.#refreshing.has(identity)) return
    const { clock, newObserver } = this.#parts
    const call = new Call({
      request: asked.request,
      index: 0,
      arrival: asked.place,
      startedAt: clock.now(),
      deadlineAt: Number.POSITIVE_INFINITY,
      observer: newObserver(),
    })
    this.#refreshing.set(identity, call)
    const asking = this.#entries.begin(call.request, callerOf(call, this.#parts.callerName))
    const refreshed = this.#entries
      .find(asking)
      .then((kept) => {
        const attempt = new Attempt(call, 1, clock)
        return kept === undefined ? this.#ask(attempt, next, asking) : this.#validate(attempt, next, asking, kept)
      })
      .finally(() => {
        this.#entries.end(asking)
        this.#refreshing.delete(identity)
      })
    // Only a bug in a policy gets here, and the next requests will hit it too.
    refreshed.catch(() => {})
  }

  /** Stores the response if it may be stored. Returns false otherwise. */
  #keep(asking: Asking, call: Call, outcome: Outcome): boolean {
    // The response after a redirect belongs to another request.
    if (outcome.kind !== 'response' || call.redirectedTo !== undefined || call.isUnshared) return false
    // The next caller may follow the redirect.
    if (isRedirectStatus(outcome.response.status)) return false
    const { status, headers, body } = outcome.response
    const head = { status, headers: keptHeaders(headers), ...this.#timesOf(call) }
    if (!mayStore(this.#settings.mode, call.request, head)) return false
    if (!this.#entries.put(asking, { ...head, body: copyOf(body) })) return false
    this.#emit('cache.stored', call.request)
    return true
  }

  /** Times of the last attempt, from its permit on: time in the local queue does not add to the age of a response. */
  #timesOf({ permitAt }: Call): { readonly requestTime: number; readonly responseTime: number } {
    const { clock } = this.#parts
    const responseTime = clock.wallTime()
    return { requestTime: responseTime - (clock.now() - permitAt), responseTime }
  }

  #serve(kept: CachedResponse, request: ApiRequest, how: 'fresh' | 'stale'): Outcome {
    const { clock, events } = this.#parts
    const age = Math.floor(currentAge(kept, clock.wallTime()) / 1_000)
    if (events.isHeard) events.emit({ type: 'cache.hit', at: clock.now(), request, how, age })
    return given(kept, { ...kept.headers, age: String(age) }, how)
  }

  #emit(type: 'cache.revalidated' | 'cache.stored', request: ApiRequest): void {
    const { clock, events } = this.#parts
    if (events.isHeard) events.emit({ type, at: clock.now(), request })
  }
}

/** Statuses of a server that is temporarily unable to respond. */
const troubles: ReadonlySet<number> = new Set([500, 502, 503, 504])

function isRedirectStatus(status: number): boolean {
  return status >= 300 && status < 400
}

/** Response with a copied body, so that the stored response cannot be changed. */
function given(
  { status, body }: CachedResponse,
  headers: Readonly<Record<string, string>>,
  fromCache: FromCache,
): Outcome {
  return { kind: 'response', response: { status, headers: { ...headers }, body: copyOf(body) }, fromCache }
}

/** `slice` of a Buffer would share the bytes instead of copying them. */
function copyOf(bytes: Uint8Array): Uint8Array {
  return Uint8Array.prototype.slice.call(bytes)
}
