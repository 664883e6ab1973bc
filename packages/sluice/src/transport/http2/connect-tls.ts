import type { TLSSocket } from 'node:tls'
import type { Cancellation } from '../../time/cancellation.ts'

/**
 * Opens an encrypted connection to an origin, offering `h2` and `http/1.1`, directly or through a proxy. When `cancellation`
 * is cancelled it is torn down.
 *
 * @throws ConnectError, or the platform's error, within the connect timeout.
 */
export type ConnectTls = (origin: string, cancellation: Cancellation) => Promise<TLSSocket>
