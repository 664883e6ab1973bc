import { plainOptions } from '../../errors/checks.ts'
import { SettingsError } from '../../errors/settings-error.ts'
import type { Auth } from './auth.ts'
import { checkedHeaderName, isHeaderText } from './header-name.ts'

/** API key, and the header or query parameter that carries it. @inline */
export type ApiKeyOptions =
  | { readonly header: string; readonly key: string }
  | { readonly query: string; readonly key: string }

/**
 * Sends an API key with each request, in a header or in the query: `apiKeyAuth({ header: 'x-api-key', key })`.
 *
 * @throws SettingsError if neither place is given, or the key cannot be sent there.
 */
export function apiKeyAuth(options: ApiKeyOptions): Auth {
  const { header, query, key } = plainOptions('apiKeyAuth', options) as {
    header?: unknown
    query?: unknown
    key?: unknown
  }
  if (typeof key !== 'string' || key === '') throw new SettingsError('apiKeyAuth: expected a key')
  if ((header === undefined) === (query === undefined)) {
    throw new SettingsError('apiKeyAuth: expected either the name of a header or that of a query parameter')
  }
  if (query !== undefined) {
    if (typeof query !== 'string' || query === '') throw new SettingsError('apiKeyAuth: expected query to be a name')
    return { kind: 'fixed', place: { kind: 'query', name: query }, secret: () => key }
  }
  if (!isHeaderText(key)) throw new SettingsError('apiKeyAuth: expected a key in visible ASCII characters')
  const name = checkedHeaderName('apiKeyAuth', header)
  return { kind: 'fixed', place: { kind: 'header', name }, secret: () => key }
}
