import { framing } from '../../http/headers.ts'
import { joinUrl } from '../../http/join-url.ts'
import { copyOfBytes, isAsyncIterable, type RequestSpec } from '../../http/request.ts'
import { BodyBuffer } from '../../transport/answer.ts'

/** A platform request, converted to a request of the client. */
export interface ReadRequest {
  readonly spec: RequestSpec
  readonly signal: AbortSignal | undefined
  readonly redirect: 'follow' | 'manual' | 'error'
}

export interface ReadingOptions {
  /** Base of relative URLs. */
  readonly baseUrl: string | undefined
  /** Maximum size of a body in bytes. */
  readonly maxBody: number
}

/**
 * Reads a request. Its body is read to the end, so that it can be repeated, unless it is a stream. The platform's
 * `Request` validates the input, and converts forms and blobs to bodies.
 *
 * @throws TypeError for an invalid request or a body that is too large; the signal's reason if aborted
 */
export async function readRequest(
  input: string | URL | Request,
  init: RequestInit | undefined,
  { baseUrl, maxBody }: ReadingOptions,
): Promise<ReadRequest> {
  const signal = signalOf(input, init)
  signal?.throwIfAborted()
  const target = typeof input === 'string' && baseUrl !== undefined ? joinUrl(input, baseUrl) : input
  const plain = target instanceof Request ? undefined : plainRequest(target, init)
  if (plain !== undefined) return { ...plain, signal }
  // Streams need `duplex`, which is missing from the types. The signal is observed by the call.
  const settings = { ...init, signal: null, duplex: 'half' } as RequestInit
  // The platform sends bytes that were transferred as no bytes, and those of a SharedArrayBuffer as text.
  const { body: bytes } = settings
  if (bytes instanceof Uint8Array || bytes instanceof ArrayBuffer) settings.body = copyOfBytes(bytes)
  const request = new Request(target, settings)
  // A stream passed by the caller is sent as a stream; text, bytes and forms converted by the platform can be
  // repeated.
  const given = typeof init?.body === 'string' ? init.body.toWellFormed() : (request.body ?? undefined)
  const isReadable = given instanceof ReadableStream && !isAsyncIterable(init?.body)
  const body = isReadable ? await readBody(given, maxBody, signal) : given
  const { method, url, redirect } = request
  return { spec: { method, url, headers: sentHeaders(request.headers), body }, signal, redirect }
}

/** Headers without those set by the transport itself; a content length set by a library is correct anyway. */
function sentHeaders(headers: Headers): Record<string, string> {
  return Object.fromEntries([...headers].filter(([name]) => !framing.has(name)))
}

/** Fields of `init` that leave nothing for a platform `Request` to convert. */
const plainFields: ReadonlySet<string> = new Set(['method', 'headers', 'signal', 'redirect'])
const methods: ReadonlySet<unknown> = new Set([undefined, 'GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH'])
const redirects: ReadonlySet<unknown> = new Set([undefined, 'follow', 'manual', 'error'])

/**
 * Reads a request without a body as the platform's `Request` would, which makes an abort signal and a finalizer for
 * each; undefined if it has to decide.
 */
function plainRequest(target: string | URL, init: RequestInit | undefined): Omit<ReadRequest, 'signal'> | undefined {
  for (const name in init) if (!plainFields.has(name)) return undefined
  const { method = 'GET', redirect = 'follow', headers } = init ?? {}
  if (!methods.has(method) || !redirects.has(redirect)) return undefined
  const url = URL.parse(String(target))
  if (url === null || url.username !== '' || url.password !== '') return undefined
  return {
    spec: {
      method,
      url: url.href,
      headers: headers === undefined ? {} : sentHeaders(new Headers(headers)),
      body: undefined,
    },
    redirect,
  }
}

function signalOf(input: string | URL | Request, init: RequestInit | undefined): AbortSignal | undefined {
  if (init?.signal !== undefined) return init.signal ?? undefined
  return input instanceof Request ? input.signal : undefined
}

async function readBody(
  body: ReadableStream<Uint8Array>,
  maxBody: number,
  signal: AbortSignal | undefined,
): Promise<Uint8Array> {
  const reader = body.getReader()
  const cancel = (): void => void reader.cancel(signal?.reason).catch(() => {})
  signal?.addEventListener('abort', cancel, { once: true })
  try {
    const whole = new BodyBuffer()
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      whole.add(next.value)
      if (whole.size > maxBody) {
        cancel()
        throw new TypeError(`the body is larger than the limit of ${maxBody} bytes`)
      }
    }
    signal?.throwIfAborted()
    return whole.take()
  } finally {
    signal?.removeEventListener('abort', cancel)
  }
}
