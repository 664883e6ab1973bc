import type { Socket } from 'node:net'
import { Cancellation } from '../../time/cancellation.ts'
import type { Clock } from '../../time/clock.ts'
import { formatDuration } from '../../time/duration.ts'
import { fairTimer } from '../../time/fair-timer.ts'
import { connectError, localLimit } from '../connection-error.ts'
import { ConnectError } from '../errors.ts'
import { cachingResolver, type Resolver } from './caching-resolver.ts'
import { dial, noteRoundTrip, roundTripOf } from './dial.ts'
import { checkPublicHost, publicAddresses } from './private-address.ts'
import type { ProxyAddress } from './proxy.ts'
import { TlsClient, type TlsOptions } from './tls.ts'
import { openTunnel } from './tunnel.ts'

/** Target of a connection. */
export interface ConnectTarget {
  readonly protocol: 'http:' | 'https:'
  /** Host name or address, without brackets. */
  readonly hostname: string
  readonly port: number
  /** Protocols to offer in the TLS handshake, in order of preference. */
  readonly alpn: readonly string[]
  /** Proxy to tunnel through. @default a direct connection */
  readonly proxy?: ProxyAddress | undefined
  /** True if the target is itself a proxy, which forwards requests. @default false */
  readonly isProxy?: boolean | undefined
}

export interface ConnectorOptions {
  readonly clock: Clock
  /** Timeout in milliseconds for name lookup, all addresses, proxy and TLS together. */
  readonly timeout: number
  readonly tls?: TlsOptions | undefined
  /** @default the system's, cached for 10 s */
  readonly resolver?: Resolver | undefined
  /** Refuses private addresses, except that of a proxy. @default false */
  readonly denyPrivateAddresses?: boolean | undefined
}

/** Opens connections: name lookup, all addresses of a host, the tunnel through a proxy, and TLS, within one timeout. */
export class Connector {
  readonly #clock: Clock
  readonly #timeout: number
  readonly #resolver: Resolver
  readonly #denyPrivate: boolean
  readonly #tls: TlsClient
  readonly #proxyTls: TlsClient

  /** @throws SettingsError if a certificate or key cannot be read */
  constructor({ clock, timeout, tls, resolver, denyPrivateAddresses = false }: ConnectorOptions) {
    this.#clock = clock
    this.#timeout = timeout
    this.#resolver = resolver ?? cachingResolver(clock)
    this.#denyPrivate = denyPrivateAddresses
    this.#tls = new TlsClient(tls)
    this.#proxyTls = TlsClient.forProxy(tls)
  }

  /**
   * Resolves with a connection that is ready for a request. It already has an error listener, so that no error is
   * thrown before its user listens. Cancelling `cancellation` tears everything down and rejects with the reason.
   *
   * @throws ConnectError for a timeout, or if a proxy refuses; the platform's error otherwise
   */
  async connect(target: ConnectTarget, cancellation?: Cancellation): Promise<Socket> {
    const stop = new Cancellation()
    const timer = fairTimer(this.#clock, this.#timeout, () => stop.cancel(this.#timeoutError(target)))
    cancellation?.add(stop)
    try {
      return await this.#connect(target, stop)
    } finally {
      timer.cancel()
      cancellation?.remove(stop)
    }
  }

  async #connect(target: ConnectTarget, stop: Cancellation): Promise<Socket> {
    const { protocol, hostname, port, alpn, proxy, isProxy } = target
    if (isProxy === true) return await this.#reachProxy(target, stop)
    if (this.#denyPrivate && proxy !== undefined) checkPublicHost(hostname)
    const socket = await (proxy === undefined
      ? this.#dial(hostname, port, stop, this.#denyPrivate)
      : this.#tunnel(proxy, `${hostname.includes(':') ? `[${hostname}]` : hostname}:${port}`, stop))
    if (protocol === 'http:') return socket
    const secured = await this.#tls.secure(socket, hostname, port, alpn, stop)
    noteRoundTrip(secured, roundTripOf(socket))
    return secured
  }

  async #dial(hostname: string, port: number, stop: Cancellation, denyPrivate = false): Promise<Socket> {
    const addresses = await unlessStopped(this.#resolver(hostname), stop).catch((error: unknown) => {
      throw localLimit(error) ?? error
    })
    const allowed = denyPrivate ? publicAddresses(hostname, addresses) : addresses
    return await dial(allowed, port, this.#clock, stop)
  }

  async #tunnel(proxy: ProxyAddress, authority: string, stop: Cancellation): Promise<Socket> {
    const socket = await this.#reachProxy(proxy, stop)
    const startedAt = this.#clock.now()
    await openTunnel(proxy, socket, authority, stop)
    noteRoundTrip(socket, this.#clock.now() - startedAt)
    return socket
  }

  async #reachProxy(proxy: Pick<ConnectTarget, 'protocol' | 'hostname' | 'port'>, stop: Cancellation): Promise<Socket> {
    const { protocol, hostname, port } = proxy
    try {
      const socket = await this.#dial(hostname, port, stop)
      if (protocol === 'http:') return socket
      const secured = await this.#proxyTls.secure(socket, hostname, port, ['http/1.1'], stop)
      noteRoundTrip(secured, roundTripOf(socket))
      return secured
    } catch (error) {
      throw stop.cancelled ? error : connectError(`the proxy ${protocol}//${placeOf(proxy)}`, error)
    }
  }

  #timeoutError(target: ConnectTarget): ConnectError {
    const { proxy, isProxy } = target
    const way = proxy === undefined ? '' : ` through the proxy ${proxy.origin}`
    const place = `${isProxy === true ? 'the proxy ' : ''}${placeOf(target)}${way}`
    const message = `cannot connect to ${place}: no connection within the connectTimeout of ${formatDuration(this.#timeout)}`
    return new ConnectError('SLUICE_CONNECT_TIMEOUT', message)
  }
}

/** Host and port as in a URL: IPv6 addresses in brackets, default ports omitted. */
function placeOf({ protocol, hostname, port }: Pick<ConnectTarget, 'protocol' | 'hostname' | 'port'>): string {
  const host = hostname.includes(':') ? `[${hostname}]` : hostname
  return port === (protocol === 'https:' ? 443 : 80) ? host : `${host}:${port}`
}

/** Rejects with the reason of `stop` if that is cancelled first: a name lookup cannot be stopped. */
function unlessStopped<T>(work: Promise<T>, stop: Cancellation): Promise<T> {
  return new Promise((resolve, reject) => {
    const stopListening = stop.onCancel(reject)
    work.then(resolve, reject).finally(stopListening)
  })
}
