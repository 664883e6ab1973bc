import type { ApiRequest } from 'sluice'
import { PassedOn } from 'sluice/internal'

/** A request on its way through the gateway: what a client's request has no place for. It is the `meta` of that. */
export class Passing extends PassedOn {
  /** The URL as the caller wrote it: a client writes some characters in another way. */
  readonly url: string
  /** Content-length of a body that is sent as it comes; undefined if it is not known, or the body is whole. */
  readonly length: number | undefined
  /** Trailers of the answer, once its body has ended. */
  trailers: Readonly<Record<string, string>> = {}
  /** True if the connection to the upstream speaks HTTP/2. */
  isHttp2 = false

  constructor(url: string, length: number | undefined) {
    super()
    this.url = url
    this.length = length
  }
}

/** What goes with a request of the gateway; undefined for one of its client's own, such as that for a token. */
export function passingOf({ meta }: ApiRequest): Passing | undefined {
  return meta instanceof Passing ? meta : undefined
}

/** The request with its URL as the caller wrote it, and behind that what credentials have added. */
export function asWritten(request: ApiRequest, { url }: Passing): ApiRequest {
  if (request.url === url) return request
  const normal = new URL(url).href
  return request.url.startsWith(normal) ? { ...request, url: url + request.url.slice(normal.length) } : request
}
