import { messageOf } from '../../errors/message-of.ts'
import { utf8Of } from '../../http/headers.ts'
import { redactUrl } from '../../http/redact.ts'
import type { ApiRequest } from '../../http/request.ts'
import type { ApiResponse } from '../../http/response.ts'
import { isSecretHeader } from '../../http/secret-names.ts'
import { RedirectError } from '../errors.ts'

export interface RedirectRules {
  /** Lower-case names of headers that must not be sent to another origin, besides well-known credential headers. */
  readonly secretHeaders: ReadonlySet<string>
  /** Returns the partition of a request to this URL. If it throws, the redirect is refused. */
  readonly partitionOf: (url: URL) => string
}

const followed: ReadonlySet<number> = new Set([301, 302, 303, 307, 308])

/**
 * Returns the request for a redirect, the error if the redirect is refused, or `undefined` if the response is no
 * redirect.
 *
 * Methods change as in RFC 9110 section 15.4 and the Fetch standard: 303 changes all methods but HEAD to GET, 301 and
 * 302 change POST to GET. A different scheme, host or port is another origin, which gets no credentials. `show` masks
 * secrets in targets that appear in messages.
 */
export function nextHop(
  request: ApiRequest,
  response: ApiResponse,
  rules: RedirectRules,
  show: (target: string) => string = redactUrl,
): ApiRequest | RedirectError | undefined {
  const { status } = response
  const location = utf8Of(response.headers.location)
  if (!followed.has(status) || location === undefined) return undefined

  const from = new URL(request.url)
  const refuse = (why: string): RedirectError => {
    const message = `redirected to ${JSON.stringify(show(location))}: ${why}`
    return new RedirectError('SLUICE_REDIRECT_REFUSED', message, status)
  }
  if (!URL.canParse(location, request.url)) return refuse('that is not a URL')
  const to = new URL(location, from)
  if (to.protocol !== 'http:' && to.protocol !== 'https:') return refuse('only http and https are followed')
  if (to.username !== '' || to.password !== '') return refuse('it carries credentials')
  if (from.protocol === 'https:' && to.protocol === 'http:') return refuse('that would leave https')
  to.hash = ''

  let partition = request.partition
  const isSameOrigin = to.origin === from.origin
  try {
    if (!isSameOrigin) partition = rules.partitionOf(to)
  } catch (error) {
    return refuse(messageOf(error))
  }
  const becomesGet = status === 303 ? request.method !== 'HEAD' : status <= 302 && request.method === 'POST'
  const { body, ...rest } = request
  return {
    ...rest,
    url: to.href,
    method: becomesGet ? 'GET' : request.method,
    headers: headersFor(request, { becomesGet, isSameOrigin }, rules.secretHeaders),
    partition,
    ...(body === undefined || becomesGet ? undefined : { body }),
  }
}

function headersFor(
  request: ApiRequest,
  { becomesGet, isSameOrigin }: { readonly becomesGet: boolean; readonly isSameOrigin: boolean },
  secretHeaders: ReadonlySet<string>,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(request.headers).filter(([name]) => {
      if (becomesGet && name.startsWith('content-')) return false
      if (isSameOrigin) return true
      return name !== 'host' && name !== 'idempotency-key' && !isSecretHeader(name) && !secretHeaders.has(name)
    }),
  )
}
