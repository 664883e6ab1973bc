import type { CallResult, SluiceError, Timing } from 'sluice'
import { parseJson } from 'sluice/http'
import {
  type ErrorBody,
  errorBody,
  isJsonType,
  isoDate,
  isSecretHeader,
  JsonTooDeepError,
  mask,
  type StoredError,
} from 'sluice/internal'
import type { StoredResult } from 'sluice/stores'
import { columnsOfError, type InputColumns, splitMeta } from '../inputs/input-columns.ts'

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
  readonly timing: RecordTiming
  /** Protocol of the last connection, if known. */
  readonly protocol?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly meta?: unknown
  readonly data?: unknown
  readonly text?: string
  readonly base64?: string
  /** Where the body was written, if it was. */
  readonly file?: string
  readonly error?: {
    readonly code: string
    readonly message: string
    readonly retryAt?: string
    /** The beginning of what the server said: JSON, or text. Credentials are masked. */
    readonly body?: unknown
  }
}

/** Times of a call in milliseconds, the last attempt's own (`attempt`, without queueing) among them, and when it was begun. */
type RecordTiming = Readonly<Record<'queued' | 'backoff' | 'connect' | 'firstByte' | 'body', number>> & {
  readonly attempt?: number
  readonly startedAt?: string
}

export interface RecordOptions {
  /** @default true */
  readonly body?: boolean | undefined
  /**
   * Response headers to include besides `content-type`, in any case; `*` for all, with credentials masked.
   * One that is named is not masked. A failure has headers only if some are named here.
   */
  readonly includeHeaders?: readonly string[] | undefined
  /** Masks secrets in ids, URLs, headers and error messages. @default leaves them as they are */
  readonly redact?: ((text: string) => string) | undefined
}

/** Parts of a record, wherever it comes from. */
interface RecordParts extends Pick<StoredResult, 'index' | 'id' | 'url' | 'method' | 'ok' | 'status' | 'attempts'> {
  readonly timing: Timing
  readonly headers?: Readonly<Record<string, string>> | undefined
  readonly meta?: unknown
  readonly error?: StoredError | undefined
  readonly protocol?: string | undefined
  /** Milliseconds since the epoch. */
  readonly startedAt: number | undefined
  /** Milliseconds of the last attempt. */
  readonly lastAttempt: number | undefined
  /** Words of the server about a failure. */
  errorBody(): ErrorBody | undefined
  /** Body of a success. */
  body(): RecordBody
  /** True if a header with a secret is written as it is when it is named. */
  readonly showsSecrets: boolean
  /** True if the body is a path, which is written without bodies too. */
  readonly isInFile?: boolean
}

/** The body, as the field that it becomes; none for nothing. */
type RecordBody = Pick<CallRecord, 'data' | 'text' | 'base64' | 'file'>

/** The record, in the order of the contract. */
function recordOf(parts: RecordParts, options: RecordOptions): CallRecord {
  const { redact = asItIs, body = true } = options
  const { url, method, status, timing, meta, error, protocol, startedAt, lastAttempt } = parts
  const headers = recordHeaders(parts, options)
  return {
    index: parts.index,
    id: redact(parts.id),
    ...(url === undefined ? undefined : { url: redact(url) }),
    ...(method === undefined ? undefined : { method }),
    ok: parts.ok,
    ...(status === undefined ? undefined : { status }),
    attempts: parts.attempts,
    ms: tenths(timing.total),
    timing: {
      queued: tenths(timing.queued),
      backoff: tenths(timing.backoff),
      connect: tenths(timing.connect),
      firstByte: tenths(timing.firstByte),
      body: tenths(timing.body),
      ...(lastAttempt === undefined ? undefined : { attempt: tenths(lastAttempt) }),
      ...(startedAt === undefined ? undefined : { startedAt: isoDate(startedAt) }),
    },
    ...(protocol === undefined ? undefined : { protocol }),
    ...(headers === undefined ? undefined : { headers }),
    ...(meta === undefined ? undefined : { meta }),
    ...(parts.ok && (body || parts.isInFile) ? parts.body() : undefined),
    ...(error === undefined ? undefined : { error: recordError(error, redact, body ? parts.errorBody() : undefined) }),
  }
}

function recordHeaders(
  { ok, headers, showsSecrets }: RecordParts,
  { includeHeaders = [], redact = asItIs }: RecordOptions,
): CallRecord['headers'] {
  if (headers === undefined || (!ok && includeHeaders.length === 0)) return undefined
  const named = new Set(['content-type', ...includeHeaders.map((name) => name.trim().toLowerCase())])
  const chosen = Object.entries(headers).filter(([name]) => named.has('*') || named.has(name))
  const isMasked = (name: string): boolean => isSecretHeader(name) && !(showsSecrets && named.has(name))
  return Object.fromEntries(chosen.map(([name, value]) => [name, isMasked(name) ? mask : redact(value)]))
}

function recordError(
  { code, message, retryAt }: StoredError,
  redact: (text: string) => string,
  body: ErrorBody | undefined,
): NonNullable<CallRecord['error']> {
  const date = retryAt === undefined ? undefined : new Date(retryAt)
  return {
    code,
    message: redact(withoutDate(message)),
    ...(date === undefined || Number.isNaN(date.getTime()) ? undefined : { retryAt: date.toISOString() }),
    ...(body === undefined ? undefined : { body: saidBody(body) }),
  }
}

function saidBody({ kind, bytes }: ErrorBody): unknown {
  const text = new TextDecoder().decode(bytes)
  return kind === 'json' ? parseJson(text, 'source') : text
}

/** The message of an error without the date of the next try, which is beside it: messages can be grouped. */
function withoutDate(message: string): string {
  return message.replace(/, retry at \d{4}-\d\d-\d\dT[\d:.]+Z/, '')
}

/** Bytes as a record has them. */
function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64')
}

function tenths(milliseconds: number): number {
  return Math.round(milliseconds * 10) / 10
}

function asItIs(text: string): string {
  return text
}

/** The record of a result, in the order of the contract. */
export function callRecord(result: CallResult, options: RecordOptions = {}): CallRecord {
  const { index, id, request, ok, status, attempts, timing, headers } = result
  return recordOf(
    {
      index,
      id,
      url: request?.url,
      method: request?.method,
      ok,
      status,
      attempts: attempts.length,
      timing,
      headers,
      meta: splitMeta(request?.meta).meta,
      error: result.ok ? undefined : plainError(result.error),
      body: () => (result.ok ? bodyOf(result) : {}),
      protocol: attempts.at(-1)?.protocol,
      startedAt: result.startedAt,
      lastAttempt: attempts.at(-1)?.duration,
      errorBody: () => (result.ok ? undefined : errorBody(result.error, options.redact ?? asItIs)),
      showsSecrets: true,
    },
    options,
  )
}

/** The columns of the input that a result is of. */
export function inputColumns(result: CallResult): InputColumns | undefined {
  return splitMeta(result.request?.meta).columns ?? (result.ok ? undefined : columnsOfError(result.error))
}

function bodyOf({ value, request, headers }: CallResult & { ok: true }): RecordBody {
  if (value === undefined) return {}
  if (value instanceof Uint8Array) return { base64: base64(value) }
  if (typeof value !== 'string') return { data: value }
  // A JSON answer may be just a text, and has been parsed already unless the caller wanted it as it came.
  const parsed = request.readAs === 'json' || (request.readAs === 'auto' && isJsonType(headers['content-type'] ?? ''))
  return parsed ? { data: value } : { text: value }
}

function plainError(error: SluiceError): StoredError {
  const { retryAt } = error as { retryAt?: unknown }
  return {
    code: error.code,
    message: error.summary,
    retryAt: typeof retryAt === 'number' ? retryAt : undefined,
  }
}

/** The record of a stored result, the same as of the call. A store has no secrets, so headers that carry them are masked. */
export function storedRecord(result: StoredResult, options: RecordOptions = {}): CallRecord {
  const [queued, backoff, connect, firstByte, body, total] = result.timing
  const timing = { queued, backoff, connect, firstByte, body, total }
  const parts = {
    ...result,
    meta: splitMeta(result.meta).meta,
    timing,
    showsSecrets: false,
    // What was no request at all was never begun.
    startedAt: result.url === undefined ? undefined : result.settledAt - total,
    lastAttempt: result.attemptMs.at(-1),
    errorBody: () => storedErrorBody(result),
  }
  try {
    return recordOf({ ...parts, isInFile: result.bodyKind === 'file', body: () => storedBody(result) }, options)
  } catch (error) {
    // Of a body that was stored by an earlier version, which could not have written it either.
    return recordOf({ ...parts, ok: false, error: unreadable(error), body: () => ({}) }, options)
  }
}

function storedErrorBody({ ok, bodyKind, body }: StoredResult): ErrorBody | undefined {
  if (ok || body === undefined || (bodyKind !== 'json' && bodyKind !== 'text')) return undefined
  return { kind: bodyKind, bytes: body }
}

/** In a store JSON is as it came, in UTF-8; so is text, in whatever it came. */
function storedBody({ bodyKind, body = new Uint8Array() }: StoredResult): RecordBody {
  switch (bodyKind) {
    case 'json':
      return { data: parseJson(new TextDecoder().decode(body), 'source') }
    case 'text':
      // A mark at the beginning is part of the text: the one that told the encoding is gone already.
      return { text: new TextDecoder('utf-8', { ignoreBOM: true }).decode(body) }
    case 'bytes':
      return { base64: base64(body) }
    case 'file':
      return { file: new TextDecoder().decode(body) }
    case 'none':
      return {}
  }
}

function unreadable(error: unknown): StoredError {
  const code = error instanceof JsonTooDeepError ? 'SLUICE_TOO_DEEP' : 'SLUICE_NOT_JSON'
  return { code, message: `the stored body cannot be read: ${(error as Error).message}` }
}
