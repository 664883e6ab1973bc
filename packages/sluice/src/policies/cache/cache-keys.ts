import { createHmac } from 'node:crypto'
import type { ApiRequest } from '../../http/request.ts'
import { isSecretHeader } from '../../http/secret-names.ts'

/** What all kept answers to one URL have in common. */
export interface Index {
  /** Another one from when they no longer hold: then none of them is found any more. */
  readonly generation: string
  /** The request headers on which they depend. */
  readonly varies: readonly string[]
}

/**
 * The names under which a store keeps things. They are digests with a secret key (HMAC with SHA-256), so that a store
 * holds no credential, in no header and no URL, and nobody can find out by trying which one it was.
 */
export class CacheKeys {
  readonly #secret: Uint8Array
  readonly #ownHeaders: ReadonlySet<string>
  readonly #caller: (() => string) | undefined

  /**
   * `ownHeaders` are names of headers that tell one caller from another, besides those that are credentials by name; `caller`
   * names one whose credentials are in no header here.
   */
  constructor(secret: Uint8Array, ownHeaders: ReadonlySet<string>, caller: (() => string) | undefined) {
    this.#secret = secret
    this.#ownHeaders = ownHeaders
    this.#caller = caller
  }

  indexOf(url: string): string {
    return this.#digest(['index', url])
  }

  /** Of an answer to just this request: the same URL, the same caller, the same values of what the answer depends on. */
  answerOf({ url, headers }: ApiRequest, { generation, varies }: Index): string {
    const credentials = Object.keys(headers)
      .filter((name) => isSecretHeader(name) || this.#ownHeaders.has(name))
      .sort()
    const pairs = (names: readonly string[]): unknown[] => names.map((name) => [name, headers[name] ?? null])
    const caller = [this.#caller?.() ?? null, pairs(credentials)]
    return this.#digest(['answer', generation, url, caller, pairs(varies)])
  }

  #digest(parts: readonly unknown[]): string {
    return createHmac('sha256', this.#secret).update(JSON.stringify(parts)).digest('base64url')
  }
}
