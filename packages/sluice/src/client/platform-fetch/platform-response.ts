import { type ApiResponse, statusLine } from '../../http/response.ts'

/** Origin of a response. */
export interface Origin {
  readonly method: string
  readonly url: string
  /** True if redirects were followed. */
  readonly redirected: boolean
}

/** Statuses whose responses have no body (Fetch standard). */
const bodiless: ReadonlySet<number> = new Set([101, 103, 204, 205, 304])

/** Response with a whole or streamed body. */
export interface PlatformAnswer extends Omit<ApiResponse, 'body'> {
  readonly body: Uint8Array | ReadableStream<Uint8Array>
}

/** Creates a platform `Response`. @throws TypeError for a status that it does not allow */
export function platformResponse({ status, headers, body }: PlatformAnswer, origin: Origin): Response {
  if (status < 200 || status > 599) throw new TypeError(`a Response cannot have the status ${status}`)
  const bytes =
    bodiless.has(status) || origin.method === 'HEAD'
      ? null
      : (body as Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array<ArrayBuffer>>)
  const statusText = statusLine(status).slice(4)
  return located(new Response(bytes, { status, statusText, headers: headersOf(headers, bytes !== null) }), origin)
}

/** Copies the headers, without those about the encoded body if the body has been decoded. */
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

/** Sets the URL: a constructed `Response` has none, and neither has its clone. */
function located(response: Response, { method, url, redirected }: Origin): Response {
  return Object.defineProperties(response, {
    url: { value: url },
    redirected: { value: redirected },
    clone: { value: () => located(Response.prototype.clone.call(response), { method, url, redirected }) },
  })
}
