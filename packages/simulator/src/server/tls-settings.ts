import { createSecureContext } from 'node:tls'
import { SettingsError } from 'sluice'
import { systemClock } from 'sluice/internal'
import { isRecord } from '../settings/parse.ts'
import { unexpected } from '../settings/unexpected.ts'
import { type Certificate, makeCertificate } from './certificate.ts'

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
