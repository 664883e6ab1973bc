import { hmacSha256, textOf } from '#platform'
import type { ApiRequest } from '../../http/request.ts'

/** Facts shared by all stored responses to one URL. */
export interface Index {
  /** Changes when the facts no longer hold, so that older responses are no longer found. */
  readonly generation: string
  /** Request headers that the responses depend on. */
  readonly varies: readonly string[]
}

/** Request headers that are equal for all callers, or new each time: a response depends on them only if it says so. */
const sameForAllCallers: ReadonlySet<string> = new Set(
  `accept accept-charset accept-encoding accept-language baggage cache-control content-type dnt idempotency-key origin pragma
  priority referer te traceparent tracestate user-agent b3 uber-trace-id x-amzn-trace-id x-cloud-trace-context
  x-correlation-id x-request-id`.split(/\s+/),
)

/**
 * Keys under which a store keeps entries. They are digests with a secret key (HMAC with SHA-256), so that a store holds
 * no credentials from headers or URLs, and keys cannot be found by trying values.
 */
export class CacheKeys {
  readonly #secret: Uint8Array

  constructor(secret: Uint8Array) {
    this.#secret = secret
  }

  indexOf(url: string): string {
    return this.#digest(['index', url])
  }

  /**
   * Key of a response to exactly this request: the same URL, caller, and values that the response depends on. `caller`
   * identifies a caller whose credentials are in no header here; any header that may differ between callers is part of
   * the key.
   */
  answerOf({ url, headers }: ApiRequest, { generation, varies }: Index, caller: string | undefined): string {
    const telling = Object.keys(headers)
      .filter((name) => !sameForAllCallers.has(name) && !/^(?:sec|x-b3)-/.test(name))
      .sort()
    const pairs = (names: readonly string[]): unknown[] => names.map((name) => [name, headers[name] ?? null])
    return this.#digest(['answer', generation, url, [caller ?? null, pairs(telling)], pairs(varies)])
  }

  #digest(parts: readonly unknown[]): string {
    return textOf(hmacSha256(this.#secret, JSON.stringify(parts)), 'base64url')
  }
}
