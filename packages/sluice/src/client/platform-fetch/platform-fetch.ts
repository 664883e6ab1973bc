import type { RequestSpec } from '../../http/request.ts'
import { ResponseError } from '../errors.ts'
import type { CallResult } from '../result.ts'
import { type PlatformAnswer, platformResponse } from './platform-response.ts'
import { readRequest } from './read-request.ts'

export interface PlatformFetchParts {
  readonly baseUrl: string | undefined
  /** True if responses to GET and HEAD are read whole, unless they are server-sent events. */
  readonly readsWhole: boolean
  /** @throws the signal's reason if aborted */
  readonly call: (
    request: RequestSpec,
    options: { readonly signal: AbortSignal | undefined; readonly followsRedirects: boolean },
  ) => Promise<CallResult>
  /** Maximum size of a request body in bytes. @default 256 MiB */
  readonly maxBody?: number
}

type PlatformFetch = (input: string | URL | Request, init?: RequestInit) => Promise<Response>

/** Creates a `fetch` function that sends its requests through a client. */
export function platformFetch(parts: PlatformFetchParts): PlatformFetch {
  const { baseUrl, readsWhole, call, maxBody = 256 * 1024 * 1024 } = parts
  return async (input, init) => {
    const { spec, signal, redirect } = await readRequest(input, init, { baseUrl, maxBody })
    const isWhole = readsWhole && ['GET', 'HEAD'].includes(spec.method!) && !wantsEvents(spec)
    const request: RequestSpec = { ...spec, readAs: isWhole ? 'bytes' : 'stream' }
    const result = await call(request, { signal, followsRedirects: redirect === 'follow' })
    const answer = answerOf(result)
    if (answer instanceof Error) throw new TypeError(`fetch failed: ${answer.message}`, { cause: answer })
    if (redirect === 'error' && isRedirect(answer)) {
      throw new TypeError(`fetch failed: ${answer.status} is a redirect, and the option redirect is error`)
    }
    const { redirectedTo } = result
    return platformResponse(answer, {
      method: spec.method!,
      // Without credentials and fragment, which a Response does not expose.
      url: redirectedTo ?? result.request?.url ?? '',
      redirected: redirectedTo !== undefined,
    })
  }
}

/** Response of any status, or the error if there is none. */
function answerOf(result: CallResult): PlatformAnswer | Error {
  if (result.ok) return { status: result.status, headers: result.headers, body: result.value as PlatformAnswer['body'] }
  return result.error instanceof ResponseError ? result.error.response : result.error
}

function wantsEvents({ headers = {} }: RequestSpec): boolean {
  return /text\/event-stream/i.test(headers.accept ?? '')
}

function isRedirect({ status, headers }: PlatformAnswer): boolean {
  return [301, 302, 303, 307, 308].includes(status) && headers.location !== undefined
}
