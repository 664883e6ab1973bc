import type { ClientConfig } from 'pg'
import { codeOf } from './postgres-errors.ts'
import { type Tls, tlsOf } from './tls.ts'

/** Parameters that are not for the driver: TLS is given to it apart, and the rest it does not know. */
const ours = /^(ssl.*|uselibpqcompat|target_session_attrs|load_balance_hosts|channel_binding|gssencmode|schema)$/

/**
 * The servers that a URL names, of which one is used: the first that can be written to, and after a failover the next that
 * can. One that has no TLS is used without, if `sslmode` allows that.
 */
export class Servers {
  readonly #urls: readonly URL[]
  readonly #tls: Tls
  /** Servers that have no TLS, and need none. */
  readonly #plain = new Set<number>()
  #at = 0
  /** True if a standby is used too: there is nothing else. */
  acceptsStandby: boolean

  /** @throws SettingsError that names the parameter of the URL that is wrong. */
  constructor(urls: readonly URL[], env: Readonly<Record<string, string | undefined>>) {
    this.#urls = urls
    this.#tls = tlsOf(urls[0]!, env)
    this.acceptsStandby = urls.length === 1
  }

  get count(): number {
    return this.#urls.length
  }

  /** Server that is used now. */
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

  /** Uses the next server. */
  next(): void {
    this.#at = (this.#at + 1) % this.count
  }

  /** Uses the server without TLS from now on, if that is why it could not be used and `sslmode` allows it. */
  withoutTls(reason: unknown): boolean {
    if (!this.#tls.isOptional) return false
    // Others may have found out at the same moment.
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
