import { secretsOf } from '../../http/request-secrets.ts'
import { type SecretMasker, secretMasker } from '../../http/secret-masker.ts'
import type { Credentials } from './credentials.ts'

/** Maximum depth to which causes are followed: they may be circular. */
const deepest = 8

/** Returns a function that masks the credentials in texts. */
export function credentialsMasker({ headers = {}, query = {} }: Credentials): SecretMasker {
  return secretMasker([...Object.values(headers).flatMap(secretsOf), ...Object.values(query)])
}

/** Removes credentials from an error thrown by a transport: some quote the URL or a header. */
export function maskSecrets(error: unknown, credentials: Credentials): unknown {
  const mask = credentialsMasker(credentials)
  let current = error
  for (let depth = 0; current instanceof Error && depth < deepest; depth++) {
    maskIn(current, 'message', mask)
    maskIn(current, 'stack', mask)
    current = current.cause
  }
  return error
}

function maskIn(error: Error, property: 'message' | 'stack', mask: SecretMasker): void {
  const text = error[property]
  if (typeof text !== 'string') return
  const masked = mask(text)
  if (masked === text) return
  // Redefined, because some errors have the property without a setter.
  Object.defineProperty(error, property, { value: masked, configurable: true, writable: true, enumerable: false })
}
