import { type ApiResponse, statusLine } from '../../http/response.ts'

/** Where an answer came from. */
export interface Origin {
  readonly method: string
  readonly url: string
  /** True if redirects have led there. */
  readonly redirected: boolean
}

/** Statuses whose answers have no body, as the Fetch standard says. */
const bodiless: ReadonlySet<number> = new Set([101, 103, 204, 205, 304])

/** An answer, its body whole or as it comes. */
export interface PlatformAnswer extends Omit<ApiResponse, 'body'> {
  readonly body: Uint8Array | ReadableStream<Uint8Array>
}

/** An answer as the platform has it. @throws TypeError for a status that has no place there */
export function platformResponse({ status, headers, body }: PlatformAnswer, origin: Origin): Response {
  if (status < 200 || status > 599) throw new TypeError(`a Response cannot have the status ${status}`)
  const bytes =
    bodiless.has(status) || origin.method === 'HEAD'
      ? null
      : (body as Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array<ArrayBuffer>>)
  const statusText = statusLine(status).slice(4)
  return located(new Response(bytes, { status, statusText, headers: headersOf(headers, bytes !== null) }), origin)
}

/** The body has been unpacked: what was said of it when it was packed is true no more. */
function headersOf(headers: ApiResponse['headers'], hasBody: boolean): Headers {
  const all = new Headers()
  const wasPacked = hasBody && headers['content-encoding'] !== undefined
  for (const [name, value] of Object.entries(headers)) {
    if (wasPacked && (name === 'content-encoding' || name === 'content-length')) continue
    if (name === 'set-cookie') for (const cookie of value.split('\n')) all.append(name, cookie)
    else all.set(name, value)
  }
  return all
}

/** A response that was made, and not received, does not know where it is from. Nor would its clone. */
function located(response: Response, { method, url, redirected }: Origin): Response {
  return Object.defineProperties(response, {
    url: { value: url },
    redirected: { value: redirected },
    clone: { value: () => located(Response.prototype.clone.call(response), { method, url, redirected }) },
  })
}
