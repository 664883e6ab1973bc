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

/** One result as written: a line of JSON, see the contract in the docs. Milliseconds have one decimal. */
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
  /** Path of the body, if it was written to a file. */
  readonly file?: string
  readonly error?: {
    readonly code: string
    readonly message: string
    readonly retryAt?: string
    /** Start of the server's response to a failure: JSON, or text. Credentials are masked. */
    readonly body?: unknown
  }
}

/**
 * Times of a call in milliseconds, including the last attempt's own (`attempt`, without queueing), and the start date.
 */
type RecordTiming = Readonly<Record<'queued' | 'backoff' | 'connect' | 'firstByte' | 'body', number>> & {
  readonly attempt?: number
  readonly startedAt?: string
}

export interface RecordOptions {
  /** @default true */
  readonly body?: boolean | undefined
  /**
   * Response headers to include in addition to `content-type`, in any case; `*` for all, with credentials masked.
   * A header given by name is not masked. A failure has headers only if some are given here.
   */
  readonly includeHeaders?: readonly string[] | undefined
  /** Masks secrets in ids, URLs, headers and error messages. @default no masking */
  readonly redact?: ((text: string) => string) | undefined
}

/** Parts of a record, independent of its source. */
interface RecordParts extends Pick<StoredResult, 'index' | 'id' | 'url' | 'method' | 'ok' | 'status' | 'attempts'> {
  readonly timing: Timing
  readonly headers?: Readonly<Record<string, string>> | undefined
  readonly meta?: unknown
  readonly error?: StoredError | undefined
  readonly protocol?: string | undefined
  /** Milliseconds since the epoch. */
  readonly startedAt: number | undefined
  /** Duration of the last attempt in milliseconds. */
  readonly lastAttempt: number | undefined
  /** The server's response to a failure. */
  errorBody(): ErrorBody | undefined
  /** Body of a success. */
  body(): RecordBody
  /** True if a secret header is written unmasked when given by name. */
  readonly showsSecrets: boolean
  /** True if the body is a path, which is also written without bodies. */
  readonly isInFile?: boolean
}

/** Field that holds the body; empty without one. */
type RecordBody = Pick<CallRecord, 'data' | 'text' | 'base64' | 'file'>

/** Builds the record, in the order of the contract. */
function recordOf(parts: RecordParts, options: RecordOptions): CallRecord {
  const { redact = asItIs, body = true } = options
  const { url, method, status, timing, meta, error, protocol, startedAt, lastAttempt } = parts
  const headers = recordHeaders(parts, options)
  const shownUrl = url === undefined ? undefined : redact(url)
  const times: Writable<RecordTiming> = {
    queued: tenths(timing.queued),
    backoff: tenths(timing.backoff),
    connect: tenths(timing.connect),
    firstByte: tenths(timing.firstByte),
    body: tenths(timing.body),
  }
  if (lastAttempt !== undefined) times.attempt = tenths(lastAttempt)
  if (startedAt !== undefined) times.startedAt = isoDate(startedAt)

  // One object: a spread for each optional field would make and copy another one.
  const record = {
    index: parts.index,
    id: shownUrl !== undefined && parts.id === url ? shownUrl : redact(parts.id),
  } as Writable<CallRecord>
  if (shownUrl !== undefined) record.url = shownUrl
  if (method !== undefined) record.method = method
  record.ok = parts.ok
  if (status !== undefined) record.status = status
  record.attempts = parts.attempts
  record.ms = tenths(timing.total)
  record.timing = times
  if (protocol !== undefined) record.protocol = protocol
  if (headers !== undefined) record.headers = headers
  if (meta !== undefined) record.meta = meta
  if (parts.ok && (body || parts.isInFile)) Object.assign(record, parts.body())
  if (error !== undefined) record.error = recordError(error, redact, body ? parts.errorBody() : undefined)
  return record
}

type Writable<T> = { -readonly [K in keyof T]: T[K] }

function recordHeaders(
  { ok, headers, showsSecrets }: RecordParts,
  { includeHeaders = [], redact = asItIs }: RecordOptions,
): CallRecord['headers'] {
  if (headers === undefined || (!ok && includeHeaders.length === 0)) return undefined
  const named = includeHeaders.map((name) => name.trim().toLowerCase())
  const shown: [string, string][] = []
  for (const name in headers) {
    const isNamed = named.includes(name)
    if (!isNamed && name !== 'content-type' && !named.includes('*')) continue
    shown.push([name, isSecretHeader(name) && !(showsSecrets && isNamed) ? mask : redact(headers[name]!)])
  }
  return Object.fromEntries(shown)
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

/** Error message without the date of the next try, which is in a field of its own, so that messages can be grouped. */
function withoutDate(message: string): string {
  return message.replace(/, retry at \d{4}-\d\d-\d\dT[\d:.]+Z/, '')
}

/** Base64 text of bytes. */
function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64')
}

function tenths(milliseconds: number): number {
  return Math.round(milliseconds * 10) / 10
}

function asItIs(text: string): string {
  return text
}

/** Record of a result, in the order of the contract. */
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

/** Columns of the input of a result. */
export function inputColumns(result: CallResult): InputColumns | undefined {
  return splitMeta(result.request?.meta).columns ?? (result.ok ? undefined : columnsOfError(result.error))
}

function bodyOf({ value, request, headers }: CallResult & { ok: true }): RecordBody {
  if (value === undefined) return {}
  if (value instanceof Uint8Array) return { base64: base64(value) }
  if (typeof value !== 'string') return { data: value }
  // A JSON response may be a string, and has been parsed already unless the caller wanted it raw.
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

/** Record of a stored result, the same as for the call. A store contains no secrets, so secret headers are masked. */
export function storedRecord(result: StoredResult, options: RecordOptions = {}): CallRecord {
  const [queued, backoff, connect, firstByte, body, total] = result.timing
  const timing = { queued, backoff, connect, firstByte, body, total }
  const parts = {
    ...result,
    meta: splitMeta(result.meta).meta,
    timing,
    showsSecrets: false,
    // An input that is not a request was never started.
    startedAt: result.url === undefined ? undefined : result.settledAt - total,
    lastAttempt: result.attemptMs.at(-1),
    errorBody: () => storedErrorBody(result),
  }
  try {
    return recordOf({ ...parts, isInFile: result.bodyKind === 'file', body: () => storedBody(result) }, options)
  } catch (error) {
    // A body stored by an earlier version, which could not have written it either.
    return recordOf({ ...parts, ok: false, error: unreadable(error), body: () => ({}) }, options)
  }
}

function storedErrorBody({ ok, bodyKind, body }: StoredResult): ErrorBody | undefined {
  if (ok || body === undefined || (bodyKind !== 'json' && bodyKind !== 'text')) return undefined
  return { kind: bodyKind, bytes: body }
}

/** A store holds JSON in UTF-8 and text in its original encoding. */
function storedBody({ bodyKind, body = new Uint8Array() }: StoredResult): RecordBody {
  switch (bodyKind) {
    case 'json':
      return { data: parseJson(new TextDecoder().decode(body), 'source') }
    case 'text':
      // A byte order mark is part of the text: the one that indicated the encoding is already removed.
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
