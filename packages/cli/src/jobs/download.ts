import type { ApiRequest, Client, Success } from 'sluice'
import { BodyError, sleep, TransportError } from 'sluice'
import type { PartFile } from '../outputs/body-files.ts'

export interface DownloadOptions {
  readonly client: Client
  /** Requests for one body in all. */
  readonly maxAttempts: number
  /** Largest body, if one was given. */
  readonly maxBody: number | undefined
  readonly signal: AbortSignal
}

/** Wait before the rest of a body is requested, in ms: this long the first time, and twice as long each further time. */
const firstWait = 250

/**
 * Writes a body into its file as it comes. If it breaks off, the rest is requested (`Range` and `If-Range`, RFC 9110 section 14), or all of it
 * again where the server gave nothing to tell if it has changed.
 *
 * @throws SluiceError of the body, or of the request for its rest
 */
export async function download(first: Success, part: PartFile, options: DownloadOptions): Promise<void> {
  const { client, maxAttempts, signal } = options
  const validator = validatorOf(first.headers)
  let answer = first
  for (let attempt = first.attempts.length; ; attempt++) {
    try {
      await write(answer, part, options)
      return
    } catch (error) {
      if (!isCut(error) || first.request.method !== 'GET' || attempt >= maxAttempts || signal.aborted) throw error
      await sleep(firstWait * 2 ** (attempt - first.attempts.length), { signal })
      const rest = part.size > 0 && validator !== undefined ? rangeFrom(part.size, validator) : undefined
      answer = await client.send(requestOf(first.request, rest), { signal })
      const isPart = answer.status === 206
      // A part that nobody requested, or another one.
      if (isPart && startOf(answer.headers) !== part.size) throw error
      if (!isPart) await part.restart()
    }
  }
}

async function write({ value, status }: Success, part: PartFile, { maxBody }: DownloadOptions): Promise<void> {
  for await (const chunk of value as AsyncIterable<Uint8Array>) {
    if (maxBody !== undefined && part.size + chunk.byteLength > maxBody) {
      throw new BodyError('SLUICE_BODY_TOO_LARGE', `the body has more than ${maxBody} bytes (--max-body)`, status)
    }
    await part.append(chunk)
  }
}

function isCut(error: unknown): boolean {
  return error instanceof TransportError || (error instanceof BodyError && error.code === 'SLUICE_BODY_TRUNCATED')
}

/** A strong validator of a body that was not encoded; undefined if a part of it cannot be told to be of the same body. */
function validatorOf(headers: Success['headers']): string | undefined {
  const { etag, 'last-modified': modified, 'content-encoding': encoding, 'accept-ranges': ranges } = headers
  if ((encoding ?? 'identity') !== 'identity' || ranges === 'none') return undefined
  return etag !== undefined && !etag.startsWith('W/') ? etag : modified
}

function rangeFrom(size: number, validator: string): Record<string, string> {
  return { range: `bytes=${size}-`, 'if-range': validator, 'accept-encoding': 'identity' }
}

/** First byte that a part has; -1 if it does not say. */
function startOf(headers: Success['headers']): number {
  return Number(/^bytes (\d{1,15})-/.exec(headers['content-range'] ?? '')?.[1] ?? -1)
}

function requestOf(request: ApiRequest, more: Record<string, string> | undefined): ApiRequest & { readAs: 'stream' } {
  return { ...request, headers: { ...request.headers, ...more }, readAs: 'stream' }
}
