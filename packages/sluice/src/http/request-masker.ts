import type { ApiRequest } from './request.ts'
import { secretsInHeaders, secretsInUrl } from './request-secrets.ts'
import { type SecretMasker, secretMasker } from './secret-masker.ts'

/** Most requests have the same headers, and many the same key in their URLs: a masker is made once for all of them. */
const ofHeaders = new WeakMap<object, SecretMasker>()
let ofUrl: { readonly secrets: readonly string[]; readonly mask: SecretMasker } = { secrets: [], mask: (text) => text }

/** Masker of the secrets that a request carries: in headers and parameters that are secret by their names. */
export function maskerOf({ url, headers }: Pick<ApiRequest, 'url' | 'headers'>): SecretMasker {
  let mask = ofHeaders.get(headers)
  if (mask === undefined) {
    mask = secretMasker(secretsInHeaders(headers))
    ofHeaders.set(headers, mask)
  }
  const secrets = secretsInUrl(url)
  if (secrets.length === 0) return mask
  const isSame = secrets.length === ofUrl.secrets.length && secrets.every((secret, at) => secret === ofUrl.secrets[at])
  if (!isSame) ofUrl = { secrets, mask: secretMasker(secrets) }
  const maskInHeaders = mask
  const maskInUrl = ofUrl.mask
  return (text) => maskInUrl(maskInHeaders(text))
}
