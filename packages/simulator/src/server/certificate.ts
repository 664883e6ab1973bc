import { KeyObject, webcrypto } from 'node:crypto'
import { createSecureContext } from 'node:tls'
import { SettingsError } from 'sluice'
import { isObject, systemClock, unexpected } from 'sluice/internal'

/** `true` creates a certificate for localhost and 127.0.0.1; PEM texts are used as they are. */
export type TlsOption = boolean | { readonly cert: string; readonly key: string }

/** @throws SettingsError if the option is invalid, or not a certificate with its key. */
export async function resolveTls(option: unknown = false): Promise<Certificate | undefined> {
  if (option === false) return undefined
  // The real time of day, since the TLS of clients checks against it, whatever clock the simulator uses.
  if (option === true) return makeCertificate(systemClock.wallTime())
  if (!isObject(option)) throw unexpected('tls', 'true, or a certificate and its key', option)
  const { cert, key } = option
  if (typeof cert !== 'string' || typeof key !== 'string') {
    throw new SettingsError('tls: expected cert and key, each as text in PEM')
  }
  try {
    createSecureContext({ cert, key })
  } catch (error) {
    throw new SettingsError(`tls: this is not a certificate and its key in PEM: ${(error as Error).message}`)
  }
  return { cert, key }
}

/** Certificate and private key of a server, both PEM. */
export interface Certificate {
  readonly cert: string
  readonly key: string
}

const week = 7 * 86_400_000
/** Milliseconds by which validity starts early: clocks on one machine may differ, for example in a container. */
const head = 60_000

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }

/**
 * Self-signed certificate for localhost and 127.0.0.1, valid for a week from `now`, the time of day in
 * milliseconds. Its key exists in memory only.
 */
export async function makeCertificate(now: number): Promise<Certificate> {
  // Loaded only when TLS is used; `x509` requires `reflect-metadata`.
  await import('reflect-metadata')
  const x509 = await import('@peculiar/x509')
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: 'CN=localhost, O=Sluice practice API',
    notBefore: new Date(now - head),
    notAfter: new Date(now + week),
    keys,
    signingAlgorithm: algorithm,
    extensions: [
      // Trusting this certificate must not mean trusting others that its key could sign.
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension([
        { type: 'dns', value: 'localhost' },
        { type: 'ip', value: '127.0.0.1' },
      ]),
    ],
  })
  return {
    cert: `${certificate.toString('pem')}\n`,
    key: String(KeyObject.from(keys.privateKey).export({ type: 'pkcs8', format: 'pem' })),
  }
}
