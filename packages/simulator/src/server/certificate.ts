import { KeyObject, webcrypto } from 'node:crypto'
import { createSecureContext } from 'node:tls'
import { SettingsError } from 'sluice'
import { systemClock } from 'sluice/internal'
import { isRecord, unexpected } from '../settings/parse.ts'

/** `true` makes a certificate for localhost and 127.0.0.1; PEM files as text are used as they are. */
export type TlsOption = boolean | { readonly cert: string; readonly key: string }

/** @throws SettingsError if it is none of its forms, or not a certificate and its key. */
export async function resolveTls(option: unknown = false): Promise<Certificate | undefined> {
  if (option === false) return undefined
  // The time of the day that the clients' TLS goes by, whatever clock the simulator has.
  if (option === true) return makeCertificate(systemClock.wallTime())
  if (!isRecord(option)) throw unexpected('tls', 'true, or a certificate and its key', option)
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
/** Clocks on one machine need not agree to the second: a container's may be behind. */
const head = 60_000

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }

/**
 * A certificate for localhost and 127.0.0.1 that vouches for itself, valid for a week from `now`, the time of the day in
 * milliseconds. Its key is nowhere but in memory.
 */
export async function makeCertificate(now: number): Promise<Certificate> {
  // Loaded by those who want encryption only; the first is what the second cannot do without.
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
      // Trusting it means trusting this server, and no certificate that its key could sign.
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
