import type { ApiRequest } from '../../http/request.ts'
import { isSecretHeader, isSecretParameter } from '../../http/secret-names.ts'
import type { Credentials } from './credentials.ts'

/** Splits a token request into a request without secrets and the secrets: the body, and values secret by name. */
export function secretsApart(request: ApiRequest): { readonly request: ApiRequest; readonly credentials: Credentials } {
  const { body, headers, url: href, ...rest } = request
  const isPlain = (entry: readonly [string, string]): boolean => !isSecretHeader(entry[0])
  const entries = Object.entries(headers)
  const url = new URL(href)
  const query = Object.fromEntries([...url.searchParams].filter(([name]) => isSecretParameter(name)))
  for (const name of Object.keys(query)) url.searchParams.delete(name)
  const isStream = typeof body === 'function'
  return {
    request: {
      ...rest,
      // Not rewritten unless necessary: servers compare signatures of URLs.
      url: Object.keys(query).length === 0 ? href : url.href,
      headers: Object.fromEntries(entries.filter(isPlain)),
      ...(isStream ? { body } : undefined),
    },
    credentials: {
      headers: Object.fromEntries(entries.filter((entry) => !isPlain(entry))),
      query,
      ...(body === undefined || isStream ? undefined : { body }),
    },
  }
}
