import type { ApiRequest, Client, Success } from 'sluice'
import { BodyError, sleep, TransportError } from 'sluice'
import type { FetchFlags } from '../flags/fetch-flags.ts'
import type { PartFile } from '../outputs/body-files.ts'
import type { FetchPlan } from '../plan/fetch-plan.ts'

export interface DownloadOptions {
  readonly client: Client
  /** Requests for one body in all. */
  readonly maxAttempts: number
  /** Largest body, if one was given. */
  readonly maxBody: number | undefined
  readonly signal: AbortSignal
  /** Validator of the bytes that the file has already, if it has some. */
  readonly validator?: string | undefined
  /** Called when a body has become worth continuing in another session. */
  readonly onLarge?: (validator: string) => Promise<void>
}

/** Wait before the rest of a body is requested, in ms: this long the first time, and twice as long each further time. */
const firstWait = 250

/** Bytes from which on a body is worth continuing in another session. */
const large = 1024 * 1024

/** True if bodies are written into their files as they come. A HAR file has them too, and so needs them whole. */
export function comesAsStream({ outDir, har }: FetchFlags, { defaults }: FetchPlan): boolean {
  return outDir !== undefined && har === undefined && ['auto', 'bytes', undefined].includes(defaults.readAs)
}

/** Limits of downloads that a plan has. */
export function downloadLimits({
  client: { retry, maxBody },
}: FetchPlan): Pick<DownloadOptions, 'maxAttempts' | 'maxBody'> {
  const { maxAttempts = 4 } = retry || { maxAttempts: 1 }
  return { maxAttempts, maxBody }
}

/**
 * Writes a body into its file as it comes. If it breaks off, the rest is requested (`Range` and `If-Range`, RFC 9110 section 14), or all of it
 * again where the server gave nothing to tell if it has changed.
 *
 * @throws SluiceError of the body, or of the request for its rest
 */
export async function download(first: Success, part: PartFile, options: DownloadOptions): Promise<void> {
  const { client, maxAttempts, signal } = options
  const isContinued = options.validator !== undefined
  const isRest = isContinued && first.status === 206
  if (isRest) await expectRest(first, part, options)
  else if (part.size > 0) await part.restart()
  // A part that the caller has requested is requested as a whole again.
  const isWhole = isContinued || first.request.headers.range === undefined
  const validator = isWhole ? (validatorOf(first.headers) ?? (isRest ? options.validator : undefined)) : undefined
  const request = isContinued ? withoutRange(first.request) : first.request
  let answer = first
  for (let attempt = first.attempts.length; ; attempt++) {
    try {
      await write(answer, part, validator, options)
      return
    } catch (error) {
      if (!isCut(error) || request.method !== 'GET' || attempt >= maxAttempts || signal.aborted) throw error
      await sleep(firstWait * 2 ** (attempt - first.attempts.length), { signal })
      const rest = part.size > 0 && validator !== undefined ? rangeFrom(part.size, validator) : undefined
      answer = await client.send(requestOf(request, rest), { signal })
      const isPart = rest !== undefined && answer.status === 206
      if (isPart && startOf(answer.headers) !== part.size) throw error
      if (!isPart) await part.restart()
    }
  }
}

/** @throws BodyError if the answer is another part of the body than the one that is missing */
async function expectRest({ headers }: Success, part: PartFile, options: DownloadOptions): Promise<void> {
  if (startOf(headers) !== part.size) {
    const message = `the server sent "${headers['content-range']}" where bytes ${part.size} and on were requested`
    throw new BodyError('SLUICE_BODY_TRUNCATED', message, 206)
  }
  await options.onLarge?.(options.validator!)
}

async function write(
  { value, status }: Success,
  part: PartFile,
  validator: string | undefined,
  { maxBody, onLarge }: DownloadOptions,
): Promise<void> {
  let isNoted = validator === undefined || onLarge === undefined
  for await (const chunk of value as AsyncIterable<Uint8Array>) {
    if (maxBody !== undefined && part.size + chunk.byteLength > maxBody) {
      throw new BodyError('SLUICE_BODY_TOO_LARGE', `the body has more than ${maxBody} bytes (--max-body)`, status)
    }
    await part.append(chunk)
    if (!isNoted && part.size >= large) {
      isNoted = true
      await onLarge!(validator!)
    }
  }
}

/** True if an error of a body leaves the chance that the rest of it can be had. */
function isCut(error: unknown): boolean {
  return error instanceof TransportError || (error instanceof BodyError && error.code === 'SLUICE_BODY_TRUNCATED')
}

/** A strong validator of a body that was not encoded; undefined if a part of it cannot be told to be of the same body. */
function validatorOf(headers: Success['headers']): string | undefined {
  const { etag, 'last-modified': modified, 'content-encoding': encoding, 'accept-ranges': ranges } = headers
  if ((encoding ?? 'identity') !== 'identity' || ranges === 'none') return undefined
  return etag !== undefined && !etag.startsWith('W/') ? etag : modified
}

/** Headers that request a body from this byte on, if it is the same still. */
export function rangeFrom(size: number, validator: string): Record<string, string> {
  return { range: `bytes=${size}-`, 'if-range': validator, 'accept-encoding': 'identity' }
}

/** First byte that a part has; -1 if it does not say. */
function startOf(headers: Success['headers']): number {
  return Number(/^bytes (\d{1,15})-/.exec(headers['content-range'] ?? '')?.[1] ?? -1)
}

/** The request for all of a body, or with `more` for its rest. */
function requestOf(request: ApiRequest, more: Record<string, string> | undefined): ApiRequest & { readAs: 'stream' } {
  return { ...request, headers: { ...request.headers, ...more }, readAs: 'stream' }
}

function withoutRange(request: ApiRequest): ApiRequest {
  const { range: _, 'if-range': _condition, 'accept-encoding': _encoding, ...headers } = request.headers
  return { ...request, headers }
}
