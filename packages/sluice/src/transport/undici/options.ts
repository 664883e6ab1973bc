import type { Clock } from '../../time/clock.ts'
import type { Duration } from '../../time/duration.ts'
import type { TlsOptions } from '../connect/tls.ts'

/** How connections are made and kept. */
export interface UndiciTransportOptions {
  /**
   * The most connections per origin. A client keeps them to what is in flight by itself; a lower number makes calls wait
   * for one another unseen. @default none
   */
  readonly connections?: number | undefined
  /** Time to get a connection: name lookup, all addresses of the name, proxy and TLS together. @default '5s' */
  readonly connectTimeout?: Duration | undefined
  /** The largest body, in bytes, both as received and as unpacked. @default 10 MiB */
  readonly maxBody?: number | undefined
  /**
   * The largest head of an answer, in bytes of its names and values together. A larger one is a `SLUICE_PROTOCOL`. @default 64 KiB
   */
  readonly maxHeaderSize?: number | undefined
  /**
   * Offer HTTP/2 to https origins. Those that choose HTTP/1.1 are remembered for ten minutes. Calls share a session of HTTP/2, and
   * a further one is opened when more are in flight than the server allows on one. @default false
   */
  readonly http2?: boolean | undefined
  /** Use connections again; with `false` each request opens one of its own. @default true */
  readonly keepAlive?: boolean | undefined
  /**
   * URL of an HTTP proxy, with or without scheme; `'environment'` reads `HTTP_PROXY`, `HTTPS_PROXY` and `NO_PROXY`; `'none'`
   * goes directly. @default 'environment'
   */
  readonly proxy?: string | undefined
  readonly tls?: TlsOptions | undefined
  /** @default the system's */
  readonly clock?: Clock | undefined
}
