import { isIP, type Socket } from 'node:net'
import {
  connect,
  createSecureContext,
  rootCertificates,
  type SecureContext,
  type SecureContextOptions,
  type TLSSocket,
} from 'node:tls'
import { BoundedMap } from '../../algorithms/bounded-map.ts'
import { flag } from '../../errors/checks.ts'
import { SettingsError } from '../../errors/settings-error.ts'
import type { Cancellation } from '../../time/cancellation.ts'
import { certificateWanted } from './certificate-wanted.ts'

/** TLS certificates. */
export interface TlsOptions {
  /** Trusted certificate authorities that replace the default ones, PEM. @default those of Node */
  readonly ca?: string | readonly string[] | undefined
  /** Client certificate, PEM, for servers that require one. @default none */
  readonly cert?: string | undefined
  /** Private key of `cert`, PEM. @default none */
  readonly key?: string | undefined
  /** Accepts any certificate, so the server's identity is not verified. @default false */
  readonly insecure?: boolean | undefined
}

/** Maximum number of sessions kept for resumption, one per host and port. */
const maxSessions = 100

/** TLS client with one set of certificates. */
export class TlsClient {
  readonly #secure: SecureContextOptions
  readonly #rejectUnauthorized: boolean
  readonly #hasCertificate: boolean
  readonly #sessions = new BoundedMap<string, Buffer>(maxSessions)
  /** Created on first use: loading the certificates of all authorities takes longer than a request on loopback. */
  #context: SecureContext | undefined

  /** @throws SettingsError if a certificate or key cannot be read */
  constructor(options: TlsOptions = {}) {
    const { ca, cert, key, insecure } = options
    this.#secure = { ca: ca as string | string[], cert, key }
    this.#rejectUnauthorized = !flag('tls.insecure', insecure ?? false)
    this.#hasCertificate = cert !== undefined
    if (ca === undefined && cert === undefined && key === undefined) return
    if ((cert === undefined) !== (key === undefined)) {
      throw new SettingsError('tls: cert and key belong together: give both, or none')
    }
    try {
      this.#context = createSecureContext(this.#secure)
    } catch (error) {
      throw new SettingsError(`tls: ca, cert or key cannot be read: ${(error as Error).message}`)
    }
  }

  /** Client for a proxy over TLS: it also trusts the default authorities, and sends no client certificate. */
  static forProxy({ ca, insecure }: TlsOptions = {}): TlsClient {
    return new TlsClient({ ca: ca === undefined ? ca : [...rootCertificates, ...[ca].flat()], insecure })
  }

  /**
   * Performs the handshake, and resolves with the encrypted connection. `socket` is destroyed with it, and if it
   * fails.
   *
   * @throws the error of the handshake; the reason of `stop` if that is cancelled
   */
  secure(socket: Socket, host: string, port: number, alpn: readonly string[], stop: Cancellation): Promise<TLSSocket> {
    this.#context ??= createSecureContext(this.#secure)
    const key = `${host}:${port}`
    const session = this.#sessions.get(key)
    const secured = connect({
      socket,
      host,
      servername: isIP(host) === 0 ? host : '',
      ALPNProtocols: [...alpn],
      secureContext: this.#context,
      rejectUnauthorized: this.#rejectUnauthorized,
      ...(session === undefined ? undefined : { session }),
    })
    secured.on('session', (fresh: Buffer) => this.#sessions.set(key, fresh))
    return new Promise((resolve, reject) => {
      const fail = (error: unknown): void => {
        stopListening()
        secured.destroy()
        socket.destroy()
        reject(error)
      }
      const stopListening = stop.onCancel(fail)
      // Never removed: a connection that breaks before its user listens must not crash the process.
      secured.on('error', fail)
      const onClose = (): void => fail(new Error('the connection was closed during the TLS handshake'))
      secured.once('close', onClose)
      secured.once('secureConnect', () => {
        stopListening()
        secured.off('close', onClose)
        // Only set if the server has sent a CertificateRequest (RFC 8446 section 4.3.2).
        if (!this.#hasCertificate && (secured.getSharedSigalgs()?.length ?? 0) > 0) certificateWanted.add(secured)
        resolve(secured)
      })
    })
  }
}
