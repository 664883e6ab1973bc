import { type ApiRequest, BodyError, type Client, type Success, sleep, TransportError } from 'sluice'
import type { FetchFlags } from '../flags/fetch-flags.ts'
import type { PartFile } from '../outputs/body-files.ts'
import type { FetchPlan } from '../plan/fetch-plan.ts'

export interface DownloadOptions {
  readonly client: Client
  /** Maximum number of requests for one body. */
  readonly maxAttempts: number
  /** Maximum size of a body, if one was set. */
  readonly maxBody: number | undefined
  readonly signal: AbortSignal
  /** Validator of the bytes that the file already contains, if any. */
  readonly validator?: string | undefined
  /** Called when a body has become large enough to be worth resuming in a later session. */
  readonly onLarge?: (validator: string) => Promise<void>
}

/** Delay in milliseconds before the rest of a body is requested; doubled each further time. */
const firstWait = 250

/** Size in bytes from which a body is worth resuming in a later session. */
const large = 1024 * 1024

/** True if bodies are streamed to files. A HAR file contains them too, and so needs them buffered. */
export function comesAsStream({ outDir, har }: FetchFlags, { defaults }: FetchPlan): boolean {
  return outDir !== undefined && har === undefined && ['auto', 'bytes', undefined].includes(defaults.readAs)
}

/** Download limits of a plan. */
export function downloadLimits({
  client: { retry, maxBody },
}: FetchPlan): Pick<DownloadOptions, 'maxAttempts' | 'maxBody'> {
  const { maxAttempts = 4 } = retry || { maxAttempts: 1 }
  return { maxAttempts, maxBody }
}

/**
 * Streams a body to its file. If it breaks off, the rest is requested (`Range` and `If-Range`, RFC 9110 section 14), or
 * all of it if the server sent no validator.
 *
 * @throws SluiceError of the body, or of the request for its rest
 */
export async function download(first: Success, part: PartFile, options: DownloadOptions): Promise<void> {
  const { client, maxAttempts, signal } = options
  const isContinued = options.validator !== undefined
  const isRest = isContinued && first.status === 206
  if (isRest) await expectRest(first, part, options)
  else if (part.size > 0) await part.restart()
  // A range requested by the caller is requested as a whole again.
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

/** @throws BodyError if the response is not the missing part of the body */
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

/** True if the rest of the body may still be obtained after this error. */
function isCut(error: unknown): boolean {
  return error instanceof TransportError || (error instanceof BodyError && error.code === 'SLUICE_BODY_TRUNCATED')
}

/** Strong validator of an unencoded body; undefined if a part could not be verified to belong to the same body. */
function validatorOf(headers: Success['headers']): string | undefined {
  const { etag, 'last-modified': modified, 'content-encoding': encoding, 'accept-ranges': ranges } = headers
  if ((encoding ?? 'identity') !== 'identity' || ranges === 'none') return undefined
  return etag !== undefined && !etag.startsWith('W/') ? etag : modified
}

/** Headers that request the rest of a body from this byte on, if it is unchanged. */
export function rangeFrom(size: number, validator: string): Record<string, string> {
  return { range: `bytes=${size}-`, 'if-range': validator, 'accept-encoding': 'identity' }
}

/** First byte of a partial response; -1 if it is not stated. */
function startOf(headers: Success['headers']): number {
  return Number(/^bytes (\d{1,15})-/.exec(headers['content-range'] ?? '')?.[1] ?? -1)
}

/** Request for a whole body, or with `more` for its rest. */
function requestOf(request: ApiRequest, more: Record<string, string> | undefined): ApiRequest & { readAs: 'stream' } {
  return { ...request, headers: { ...request.headers, ...more }, readAs: 'stream' }
}

function withoutRange(request: ApiRequest): ApiRequest {
  const { range: _, 'if-range': _condition, 'accept-encoding': _encoding, ...headers } = request.headers
  return { ...request, headers }
}
