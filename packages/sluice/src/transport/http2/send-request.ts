import type { ClientHttp2Stream } from 'node:http2'
import type { ApiRequest } from '../../http/request.ts'
import type { Upload } from '../upload.ts'

/** Connection headers, which HTTP/2 does not have (RFC 9113 section 8.2.2), and `host`, which is `:authority`. */
const notSent: ReadonlySet<string> = new Set([
  'connection',
  'host',
  'http2-settings',
  'keep-alive',
  'proxy-connection',
  'transfer-encoding',
  'upgrade',
])

/** Methods for which servers expect a content-length even without a body. */
const withBody: ReadonlySet<string> = new Set(['POST', 'PUT', 'PATCH'])

/**
 * Flat list of the names and values of a request's headers, pseudo-headers first. `uploadLength` is the size of a streamed
 * body, if known.
 */
export function requestHeaders(
  { method, url, headers, body }: ApiRequest,
  host: string,
  uploadLength?: number,
): string[] {
  const path = url.slice(url.indexOf('/', 8))
  const list = [':method', method, ':scheme', 'https', ':authority', headers.host ?? host, ':path', path]
  for (const name of Object.keys(headers)) {
    const value = headers[name]!
    if (!notSent.has(name) && (name !== 'te' || value === 'trailers')) list.push(name, value)
  }
  const length = uploadLength ?? lengthOf(body, method)
  if (length !== undefined) list.push('content-length', String(length))
  // Copied, because Node keeps the list with its stream, and a list that has grown has room for as much again.
  return list.slice()
}

function lengthOf(body: ApiRequest['body'], method: string): number | undefined {
  if (typeof body === 'function') return undefined
  if (body === undefined) return withBody.has(method) ? 0 : undefined
  return typeof body === 'string' ? Buffer.byteLength(body) : body.byteLength
}

/** Writes a body as fast as the server accepts it. @throws BodySourceError if its source fails */
export async function writeUpload(upload: Upload, stream: ClientHttp2Stream): Promise<void> {
  for await (const chunk of upload) {
    if (stream.closed) return
    if (!stream.write(chunk)) await writable(stream)
  }
  if (!stream.closed) stream.end()
}

/** Waits until the stream accepts more, or is closed. */
function writable(stream: ClientHttp2Stream): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      stream.removeListener('drain', done)
      stream.removeListener('close', done)
      resolve()
    }
    stream.once('drain', done)
    stream.once('close', done)
    if (stream.closed) done()
  })
}
