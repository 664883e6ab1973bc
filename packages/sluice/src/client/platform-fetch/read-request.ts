import { framing } from '../../http/headers.ts'
import { joinUrl } from '../../http/join-url.ts'
import { isAsyncIterable, type RequestSpec } from '../../http/request.ts'
import { BodyBuffer } from '../../transport/answer.ts'

/** A request of the platform in our own terms. */
export interface ReadRequest {
  readonly spec: RequestSpec
  readonly signal: AbortSignal | undefined
  readonly redirect: 'follow' | 'manual' | 'error'
}

export interface ReadingOptions {
  /** Relative URLs are joined to it. */
  readonly baseUrl: string | undefined
  /** Bytes of a body. */
  readonly maxBody: number
}

/**
 * Reads a request, its body to the end so that it can be repeated, unless that is a stream. The platform itself says what is a request, and how a
 * form or a blob becomes a body.
 *
 * @throws TypeError if it is none, or its body is too large; the signal's reason if aborted
 */
export async function readRequest(
  input: string | URL | Request,
  init: RequestInit | undefined,
  { baseUrl, maxBody }: ReadingOptions,
): Promise<ReadRequest> {
  const signal = signalOf(input, init)
  signal?.throwIfAborted()
  const target = typeof input === 'string' && baseUrl !== undefined ? joinUrl(input, baseUrl) : input
  // Streams need `duplex`, which is missing from the types. The call obeys the signal.
  const settings = { ...init, signal: null, duplex: 'half' } as RequestInit
  const request = new Request(target, settings)
  // What the caller gives as a stream is sent as one; what the platform has made of text, bytes or a form can be repeated.
  const given = typeof init?.body === 'string' ? init.body.toWellFormed() : (request.body ?? undefined)
  const isReadable = given instanceof ReadableStream && !isAsyncIterable(init?.body)
  const body = isReadable ? await readBody(given, maxBody, signal) : given
  const { method, url, redirect } = request
  // The transport sets these by itself; libraries set a length that is right anyway.
  const headers = Object.fromEntries([...request.headers].filter(([name]) => !framing.has(name)))
  return { spec: { method, url, headers, body }, signal, redirect }
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
