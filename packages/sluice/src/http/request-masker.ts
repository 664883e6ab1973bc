import type { ApiRequest } from './request.ts'
import { secretsInHeaders, secretsInUrl } from './request-secrets.ts'
import { type SecretMasker, secretMasker } from './secret-masker.ts'

/** Cache: most requests have the same headers, and many have the same key in their URLs. */
const ofHeaders = new WeakMap<object, SecretMasker>()
let ofUrl: { readonly secrets: readonly string[]; readonly mask: SecretMasker } = { secrets: [], mask: (text) => text }

/** Creates a masker for the secrets of a request: headers and parameters with secret names. */
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
