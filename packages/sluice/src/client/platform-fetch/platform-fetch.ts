import type { RequestSpec } from '../../http/request.ts'
import type { ApiResponse } from '../../http/response.ts'
import { ResponseError } from '../errors.ts'
import type { CallResult } from '../result.ts'
import { platformResponse } from './platform-response.ts'
import { readRequest } from './read-request.ts'

export interface PlatformFetchParts {
  readonly baseUrl: string | undefined
  /** @throws the signal's reason if aborted */
  readonly call: (
    request: RequestSpec,
    options: { readonly signal: AbortSignal | undefined; readonly followsRedirects: boolean },
  ) => Promise<CallResult>
  /** Bytes of a request's body. @default 256 MiB */
  readonly maxBody?: number
}

type PlatformFetch = (input: string | URL | Request, init?: RequestInit) => Promise<Response>

/** The platform's function of that name, on calls of a client. */
export function platformFetch({ baseUrl, call, maxBody = 256 * 1024 * 1024 }: PlatformFetchParts): PlatformFetch {
  return async (input, init) => {
    const { spec, signal, redirect } = await readRequest(input, init, { baseUrl, maxBody })
    const result = await call(spec, { signal, followsRedirects: redirect === 'follow' })
    const answer = answerOf(result)
    if (answer instanceof Error) throw new TypeError(`fetch failed: ${answer.message}`, { cause: answer })
    if (redirect === 'error' && isRedirect(answer)) {
      throw new TypeError(`fetch failed: ${answer.status} is a redirect, and the option redirect is error`)
    }
    const { redirectedTo } = result
    return platformResponse(answer, {
      method: spec.method!,
      // Without credentials and fragment, which no answer tells of.
      url: redirectedTo ?? result.request?.url ?? '',
      redirected: redirectedTo !== undefined,
    })
  }
}

/** The answer, whatever its status, or why there is none. */
function answerOf(result: CallResult): ApiResponse | Error {
  if (result.ok) return { status: result.status, headers: result.headers, body: result.value as Uint8Array }
  return result.error instanceof ResponseError ? result.error.response : result.error
}

function isRedirect({ status, headers }: ApiResponse): boolean {
  return [301, 302, 303, 307, 308].includes(status) && headers.location !== undefined
}
