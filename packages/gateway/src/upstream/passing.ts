import type { ApiRequest } from 'sluice'
import { Passthrough } from 'sluice/internal'

/** Request on its way through the gateway: the parts that a client's request has no field for. Passed as its `meta`. */
export class Passing extends Passthrough {
  /** URL as the caller wrote it: a client encodes some characters differently. */
  readonly url: string
  /** Content-length of a streamed body; undefined if unknown or if the body is buffered. */
  readonly length: number | undefined
  /** Trailers of the response, set when its body has ended. */
  trailers: Readonly<Record<string, string>> = {}
  /** True if the connection to the upstream speaks HTTP/2. */
  isHttp2 = false

  constructor(url: string, length: number | undefined) {
    super()
    this.url = url
    this.length = length
  }
}

/** Returns the gateway's data of a request; undefined for the client's own requests, such as token requests. */
export function passingOf({ meta }: ApiRequest): Passing | undefined {
  return meta instanceof Passing ? meta : undefined
}

/** Restores the URL as the caller wrote it, followed by query parameters added by credentials. */
export function asWritten(request: ApiRequest, { url }: Passing): ApiRequest {
  if (request.url === url) return request
  const normal = new URL(url).href
  return request.url.startsWith(normal) ? { ...request, url: url + request.url.slice(normal.length) } : request
}
