import type { ClientConfig } from 'pg'
import { codeOf } from './postgres-errors.ts'
import { type Tls, tlsOf } from './tls.ts'

/** Parameters not passed to the driver: TLS is passed separately, and the others are unknown to it. */
const ours = /^(ssl.*|uselibpqcompat|target_session_attrs|load_balance_hosts|channel_binding|gssencmode|schema)$/

/**
 * Servers of a URL, of which one is in use: the first that accepts writes, and after a failover the next that
 * does. A server without TLS is used unencrypted if `sslmode` allows it.
 */
export class Servers {
  readonly #urls: readonly URL[]
  readonly #tls: Tls
  /** Servers used without TLS. */
  readonly #plain = new Set<number>()
  #at = 0
  /** True if a standby is acceptable, since there is no other server. */
  acceptsStandby: boolean

  /** @throws SettingsError that names the invalid parameter of the URL */
  constructor(urls: readonly URL[], env: Readonly<Record<string, string | undefined>>) {
    this.#urls = urls
    this.#tls = tlsOf(urls[0]!, env)
    this.acceptsStandby = urls.length === 1
  }

  get count(): number {
    return this.#urls.length
  }

  /** Settings of the server in use. */
  get config(): ClientConfig {
    return this.#configOf(this.#at)
  }

  get all(): readonly ClientConfig[] {
    return this.#urls.map((_, index) => this.#configOf(index))
  }

  /** Passwords in the URL. */
  get secrets(): readonly (string | null)[] {
    const { password, searchParams } = this.#urls[0]!
    return [password, searchParams.get('password'), searchParams.get('sslpassword')]
  }

  /** Switches to the next server. */
  next(): void {
    this.#at = (this.#at + 1) % this.count
  }

  /** Stops using TLS for the server if it has none and `sslmode` allows that. */
  withoutTls(reason: unknown): boolean {
    if (!this.#tls.isOptional) return false
    // Other connections may have found out at the same time.
    const hasNone = /does not support SSL/i.test(String(reason))
    const isRefused = codeOf(reason) === '28000' && !this.#plain.has(this.#at)
    if (!hasNone && !isRefused) return false
    this.#plain.add(this.#at)
    return true
  }

  #configOf(index: number): ClientConfig {
    const url = new URL(this.#urls[index]!)
    for (const name of [...url.searchParams.keys()]) if (ours.test(name)) url.searchParams.delete(name)
    const isSocket = url.hostname.startsWith('%2F') || url.searchParams.get('host')?.startsWith('/') === true
    return { connectionString: url.href, ssl: isSocket || this.#plain.has(index) ? false : this.#tls.ssl }
  }
}
