import { hmacSha256, textOf } from '#platform'
import type { ApiRequest } from '../../http/request.ts'

/** Facts that all stored answers to one URL have in common. */
export interface Index {
  /** Another one from when they no longer hold: then none of them is found any more. */
  readonly generation: string
  /** The request headers on which they depend. */
  readonly varies: readonly string[]
}

/** Request headers that are equal for all callers, or new each time: a response depends on them only if it says so. */
const sameForAllCallers: ReadonlySet<string> = new Set(
  `accept accept-charset accept-encoding accept-language baggage cache-control content-type dnt idempotency-key origin pragma
  priority referer te traceparent tracestate user-agent b3 uber-trace-id x-amzn-trace-id x-cloud-trace-context
  x-correlation-id x-request-id`.split(/\s+/),
)

/**
 * The names under which a store keeps things. They are digests with a secret key (HMAC with SHA-256), so that a store
 * holds no credential, in no header and no URL, and trying values does not reveal which one it was.
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
   * Key of an answer to exactly this request: the same URL, caller, and values that the answer depends on. `caller`
   * names one whose credentials are in no header here; any header that may tell one caller from another is part of the name.
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
