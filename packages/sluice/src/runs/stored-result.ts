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
import { BodyInFile } from './body-in-file.ts'

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
  const { request, timing } = result
  const mask = request === undefined ? undefined : maskerOf(request)
  const redact = (text: string): string => redactAny(mask === undefined ? text : mask(text))
  const { queued, backoff, connect, firstByte, body, total } = timing
  const headers = result.headers === undefined ? undefined : keptHeaders(result.headers, keepHeaders, redact)
  const url = request === undefined ? undefined : redact(redactUrl(request.url))
  const kept = result.ok ? keptBody(result, isConsumed) : errorBody(result.error, redact)
  const protocol = result.attempts.at(-1)?.protocol
  return {
    index: result.index,
    id: url !== undefined && result.id === request?.url ? url : redact(redactUrl(result.id)),
    ...(request === undefined ? undefined : { url, method: request.method }),
    ok: result.ok,
    ...(result.status === undefined ? undefined : { status: result.status }),
    ...(result.ok ? undefined : { error: storedError(result.error, redact) }),
    attempts: result.attempts.length,
    requests: result.attempts.reduce((sum, { requests }) => sum + requests, 0),
    throttled: result.attempts.reduce((sum, { verdict }) => sum + (verdict === 'throttled' ? 1 : 0), 0),
    attemptMs: result.attempts.map(({ duration }) => duration),
    timing: [queued, backoff, connect, firstByte, body, total],
    ...(headers === undefined ? undefined : { headers }),
    bodyKind: kept?.kind ?? 'none',
    ...(kept === undefined ? undefined : { body: kept.bytes }),
    ...(request?.meta === undefined ? undefined : { meta: request.meta }),
    ...(protocol === undefined ? undefined : { protocol }),
    settledAt,
  }
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
  const chosen = Object.entries(headers).filter(([name]) => name === 'content-type' || keep.has('*') || keep.has(name))
  return Object.fromEntries(chosen.map(([name, value]) => [name, isSecretHeader(name) ? mask : redact(value)]))
}
