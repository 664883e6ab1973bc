import { messageOf } from '../../errors/message-of.ts'
import { redactUrl } from '../../http/redact.ts'
import type { ApiRequest } from '../../http/request.ts'
import type { ApiResponse } from '../../http/response.ts'
import { isSecretHeader } from '../../http/secret-names.ts'
import { RedirectError } from '../errors.ts'

export interface RedirectRules {
  /** Names of headers, in lower case, that must not reach another origin, besides those that carry credentials by name. */
  readonly secretHeaders: ReadonlySet<string>
  /** Partition of a request to this URL. May throw: then the redirect is refused. */
  readonly partitionOf: (url: URL) => string
}

const followed: ReadonlySet<number> = new Set([301, 302, 303, 307, 308])

/**
 * The request that a redirect asks for, the reason why it is refused, or `undefined` if the answer is no redirect.
 *
 * Methods change as RFC 9110 section 15.4 and the Fetch standard say: 303 makes a GET of everything but HEAD, 301 and 302
 * make a GET of a POST. Another scheme, host or port is another origin, and gets no credentials. `show` masks secrets in what
 * a message says of the target.
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

/** Servers send letters beyond ASCII as plain UTF-8, and headers are read byte by byte as Latin-1. */
function utf8Of(text: string | undefined): string | undefined {
  if (text === undefined || !/[\x80-\xff]/.test(text)) return text
  const decoded = new TextDecoder().decode(Uint8Array.from(text, (letter) => letter.charCodeAt(0)))
  return decoded.includes('\ufffd') ? text : decoded
}
