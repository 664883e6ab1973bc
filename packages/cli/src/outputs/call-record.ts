import type { CallResult } from 'sluice'
import { isJsonType, isSecretHeader, mask } from 'sluice/http'

/** One result as it is written: a line of JSON, see the contract in the docs. Milliseconds have one decimal. */
export interface CallRecord {
  readonly index: number
  readonly id: string
  readonly url?: string
  readonly method?: string
  readonly ok: boolean
  readonly status?: number
  readonly attempts: number
  readonly ms: number
  readonly timing: Readonly<Record<'queued' | 'backoff' | 'connect' | 'firstByte' | 'body', number>>
  readonly headers?: Readonly<Record<string, string>>
  readonly meta?: unknown
  readonly data?: unknown
  readonly text?: string
  readonly base64?: string
  readonly error?: { readonly code: string; readonly message: string; readonly retryAt?: string }
}

export interface RecordOptions {
  /** @default true */
  readonly body?: boolean | undefined
  /**
   * Response headers to include besides `content-type`, in any case; `*` for all, with credentials masked.
   * One that is named is not masked. A failure has headers only if some are asked for here.
   */
  readonly includeHeaders?: readonly string[] | undefined
  /** Masks secrets in ids, URLs, headers and error messages. @default leaves them as they are */
  readonly redact?: ((text: string) => string) | undefined
}

/** What is written of a result, in the order of the contract. */
export function callRecord(result: CallResult, options: RecordOptions = {}): CallRecord {
  const { redact = asItIs, includeHeaders = [], body = true } = options
  const { request, timing } = result
  const headers = recordHeaders(result, includeHeaders, redact)
  return {
    index: result.index,
    id: redact(result.id),
    ...(request === undefined ? undefined : { url: redact(request.url), method: request.method }),
    ok: result.ok,
    ...(result.status === undefined ? undefined : { status: result.status }),
    attempts: result.attempts.length,
    ms: tenths(timing.total),
    timing: {
      queued: tenths(timing.queued),
      backoff: tenths(timing.backoff),
      connect: tenths(timing.connect),
      firstByte: tenths(timing.firstByte),
      body: tenths(timing.body),
    },
    ...(headers === undefined ? undefined : { headers }),
    ...(request?.meta === undefined ? undefined : { meta: request.meta }),
    ...(result.ok ? (body ? recordBody(result) : undefined) : { error: recordError(result.error, redact) }),
  }
}

function recordBody(result: CallResult & { ok: true }): Pick<CallRecord, 'data' | 'text' | 'base64'> {
  const { value, request, headers } = result
  if (value === undefined) return {}
  if (value instanceof Uint8Array)
    return { base64: Buffer.from(value.buffer, value.byteOffset, value.length).toString('base64') }
  if (typeof value !== 'string') return { data: value }
  // A JSON answer may be just a text, and has been parsed already unless the caller wanted it as it came.
  const parsed = request.readAs === 'json' || (request.readAs === 'auto' && isJsonType(headers['content-type'] ?? ''))
  return parsed ? { data: value } : { text: value }
}

function recordHeaders(
  { ok, headers }: CallResult,
  include: readonly string[],
  redact: (text: string) => string,
): CallRecord['headers'] {
  if (headers === undefined || (!ok && include.length === 0)) return undefined
  const named = new Set(['content-type', ...include.map((name) => name.trim().toLowerCase())])
  const chosen = Object.entries(headers).filter(([name]) => named.has('*') || named.has(name))
  return Object.fromEntries(
    chosen.map(([name, value]) => [name, !named.has(name) && isSecretHeader(name) ? mask : redact(value)]),
  )
}

function recordError(error: Error, redact: (text: string) => string): NonNullable<CallRecord['error']> {
  const { code, retryAt } = error as { code?: unknown; retryAt?: unknown }
  const date = typeof retryAt === 'number' ? new Date(retryAt) : undefined
  return {
    code: typeof code === 'string' ? code : error.name,
    message: redact(error.message),
    ...(date === undefined || Number.isNaN(date.getTime()) ? undefined : { retryAt: date.toISOString() }),
  }
}

function tenths(milliseconds: number): number {
  return Math.round(milliseconds * 10) / 10
}

function asItIs(text: string): string {
  return text
}
