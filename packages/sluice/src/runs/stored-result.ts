import { errorBody } from '../client/error-body.ts'
import type { CallResult } from '../client/result.ts'
import { unexpected } from '../errors/settings-error.ts'
import type { SluiceError } from '../errors/sluice-error.ts'
import { jsonInUtf8, showText } from '../http/decode-text.ts'
import { writeJson } from '../http/json/write-json.ts'
import { mask, redactUrl } from '../http/redact.ts'
import { maskerOf } from '../http/request-masker.ts'
import { isJsonType } from '../http/response.ts'
import { isSecretHeader } from '../http/secret-names.ts'
import type { BodyKind, StoredError, StoredResult } from '../stores/stored-item.ts'
import { isoDate } from '../time/iso-date.ts'

interface StoringInput {
  readonly keepHeaders?: readonly string[] | undefined
  readonly redact?: ((text: string) => string) | undefined
  readonly each?: unknown
}

export interface StoringOptions {
  /** Response headers that are stored besides `content-type`, in lower case; `*` for all. Secret ones are masked. */
  readonly keepHeaders: ReadonlySet<string>
  /** Masks secrets in texts. */
  readonly redact: (text: string) => string
  /** True if values were returned by a consumer: they are stored as JSON. */
  readonly isConsumed: boolean
}

/** Fills in defaults and validates the options. @throws SettingsError that names the option. */
export function resolveStoring({ keepHeaders = [], redact = (text) => text, each }: StoringInput): StoringOptions {
  if (typeof redact !== 'function') throw unexpected('redact', 'a function that masks secrets in a text', redact)
  return {
    keepHeaders: new Set(keepHeaders.map((name) => name.trim().toLowerCase())),
    redact,
    isConsumed: each !== undefined,
  }
}

/** Converts a result to its stored form: plain data, without secrets. */
export function storedResult(
  result: CallResult,
  { keepHeaders, redact: redactAny, isConsumed }: StoringOptions,
  settledAt: number,
): StoredResult {
  const { request, timing, attempts } = result
  const mask = request === undefined ? undefined : maskerOf(request)
  const redact = (text: string): string => redactAny(mask === undefined ? text : mask(text))
  const { queued, backoff, connect, firstByte, body, total } = timing
  const url = request === undefined ? undefined : redact(redactUrl(request.url))
  const kept = result.ok ? keptBody(result, isConsumed) : errorBody(result.error, redact)
  let requests = 0
  let throttled = 0
  for (const attempt of attempts) {
    requests += attempt.requests
    if (attempt.verdict === 'throttled') throttled++
  }
  return {
    index: result.index,
    id: url !== undefined && result.id === request?.url ? url : redact(redactUrl(result.id)),
    url,
    method: request?.method,
    ok: result.ok,
    status: result.status,
    error: result.ok ? undefined : storedError(result.error, redact),
    attempts: attempts.length,
    requests,
    throttled,
    attemptMs: attempts.map(({ duration }) => inMicroseconds(duration)),
    attemptParts: attempts.length > 1 ? partsOf(attempts) : undefined,
    timing: [
      inMicroseconds(queued),
      inMicroseconds(backoff),
      inMicroseconds(connect),
      inMicroseconds(firstByte),
      inMicroseconds(body),
      inMicroseconds(total),
    ],
    headers: result.headers === undefined ? undefined : keptHeaders(result.headers, keepHeaders, redact),
    bodyKind: kept?.kind ?? 'none',
    body: kept?.bytes,
    meta: request?.meta,
    protocol: attempts.at(-1)?.protocol,
    settledAt,
  }
}

/** Milliseconds rounded to microseconds: the clock is no better, and more digits make rows longer. */
function inMicroseconds(milliseconds: number): number {
  return Math.round(milliseconds * 1_000) / 1_000
}

/** Maximum number of attempts whose parts are stored. */
const maxParts = 20

function partsOf(attempts: CallResult['attempts']): StoredResult['attemptParts'] {
  return attempts
    .slice(0, maxParts)
    .map(({ startedAfter, connect, firstByte, status, error, verdict }) => [
      Math.round(startedAfter),
      Math.round(connect),
      Math.round(firstByte),
      String(status ?? error?.code ?? verdict),
    ])
}

/** Code and message of an error, without secrets and without the date of the next try, which is stored separately. */
function storedError(error: SluiceError, redact: (text: string) => string): StoredError {
  const { retryAt } = error as { retryAt?: unknown }
  const { code, summary } = error
  if (typeof retryAt !== 'number') return { code, message: redact(summary) }
  // Failures are counted by message, which must not differ by date.
  return { code, message: redact(summary.replace(`, retry at ${isoDate(retryAt)}`, '')), retryAt }
}

function keptBody(
  result: CallResult & { ok: true },
  isConsumed: boolean,
): { kind: BodyKind; bytes: Uint8Array } | undefined {
  const { value, body } = result
  if (value instanceof BodyInFile) return { kind: 'file', bytes: new TextEncoder().encode(value.path) }
  if (isConsumed) {
    const text = writeJson(value)
    return text === undefined ? undefined : { kind: 'json', bytes: new TextEncoder().encode(text) }
  }
  if (value === undefined || body === undefined) return undefined
  const { readAs } = result.request
  if (value instanceof Uint8Array || readAs === 'bytes') return { kind: 'bytes', bytes: body }
  const contentType = result.headers['content-type'] ?? ''
  const isJson = readAs === 'json' || (readAs === 'auto' && isJsonType(contentType))
  if (isJson) return { kind: 'json', bytes: jsonInUtf8(body, contentType) }
  // Text is stored in UTF-8, whatever the charset of the response. A schema may have changed the value.
  const text = typeof value === 'string' ? value : showText(body, contentType)
  return { kind: 'text', bytes: new TextEncoder().encode(text) }
}

function keptHeaders(
  headers: Readonly<Record<string, string>>,
  keep: ReadonlySet<string>,
  redact: (text: string) => string,
): Record<string, string> {
  const type = headers['content-type']
  if (keep.size === 0) return type === undefined ? {} : { 'content-type': redact(type) }
  const kept: [string, string][] = []
  for (const name in headers)
    if (name === 'content-type' || keep.has(name) || keep.has('*'))
      kept.push([name, isSecretHeader(name) ? mask : redact(headers[name]!)])
  return Object.fromEntries(kept)
}

/** Value of a consumer (`each`) that wrote the body to a file. The path is stored in place of the body. */
export class BodyInFile {
  readonly path: string

  constructor(path: string) {
    this.path = path
  }
}
