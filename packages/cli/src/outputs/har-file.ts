import type { ApiRequest, ApiResponse, Policy } from 'sluice'
import { redactHeaders, redactUrl } from 'sluice/http'
import { isoDate, statusLine } from 'sluice/internal'
import { version } from '../io.ts'
import { openFileSink } from './file-sink.ts'
import { jsonText } from './json-text.ts'
import type { Redact } from './redactor.ts'

/** A log of all exchanges in HAR 1.2, for browsers' developer tools and others. */
export interface HarFile {
  /** Records each request of every attempt and redirect, and its response. Runs around each attempt of a client. */
  readonly policy: Policy
  /** Waits until pending entries are accepted. @throws OutputError if an entry could not be written */
  flush(): Promise<void>
  close(): Promise<void>
  abort(): Promise<void>
}

/** Maximum number of characters of a body. */
const longestBody = 1_000_000

/**
 * Opens a HAR file. It is written entry by entry, and complete only after `close`. Credentials are masked. It contains
 * the bodies of requests, and those of responses that explain a failure; the results have the others.
 *
 * @throws SettingsError if it cannot be written
 */
export async function openHarFile(path: string, redact: Redact): Promise<HarFile> {
  const sink = await openFileSink(path, { gzip: path.endsWith('.gz') })
  await sink.write(`{"log":{"version":"1.2","creator":{"name":"sluice","version":"${version}"},"entries":[`)
  let separator = '\n'
  let writing: Promise<void> | void
  let failure: unknown
  const add = (exchange: HarExchange): void => {
    const entry = entryText(exchange, redact)
    if (entry === undefined || failure !== undefined) return
    try {
      writing = sink.write(separator + entry)
      // Reported by the next flush.
      if (writing instanceof Promise) writing.catch(() => {})
    } catch (error) {
      failure = error
    }
    separator = ',\n'
  }
  const flush = async (): Promise<void> => {
    if (failure !== undefined) throw failure
    await writing
  }
  return {
    policy: {
      name: 'har',
      run: async (context, next) => {
        const { request, number, exchange: before } = context
        const startedAt = Date.now()
        const start = performance.now()
        const outcome = await next()
        const { protocol, connect, firstByte } = context.exchange
        const time = performance.now() - start
        const times = { time, connect: connect - before.connect, firstByte: firstByte - before.firstByte }
        const answer =
          outcome.kind === 'response'
            ? { response: outcome.response }
            : { error: outcome.kind === 'failure' ? outcome.error.message : 'cancelled' }
        add({ request, number, startedAt, protocol, ...times, ...answer })
        return outcome
      },
    },
    flush,
    async close() {
      await flush()
      await sink.write('\n]}}\n')
      await sink.close()
    },
    abort: () => sink.abort(),
  }
}

/** A request and its response. Times are milliseconds. */
interface HarExchange {
  readonly request: ApiRequest
  /** Number of the attempt, from 1. */
  readonly number: number
  readonly startedAt: number
  readonly protocol: string | undefined
  readonly time: number
  readonly connect: number
  readonly firstByte: number
  readonly response?: ApiResponse
  readonly error?: string
}

/** Undefined for data that HAR cannot represent; the results have it. */
function entryText(exchange: HarExchange, redact: Redact): string | undefined {
  try {
    return jsonText(entryOf(exchange, redact))
  } catch {
    return undefined
  }
}

function entryOf(exchange: HarExchange, redactAny: Redact): object {
  const { request, number, startedAt, protocol, time, error, response } = exchange
  const redact = (text: string): string => redactAny(text, request)
  const connect = Math.min(exchange.connect, time)
  const wait = Math.min(exchange.firstByte, time - connect)
  const httpVersion = protocol === 'h2' ? 'HTTP/2' : protocol === undefined ? '' : 'HTTP/1.1'
  return {
    startedDateTime: isoDate(startedAt),
    time,
    request: requestOf(request, httpVersion, redact),
    response: responseOf(response, httpVersion, error, redact),
    cache: {},
    timings: { blocked: -1, dns: -1, connect, send: 0, wait, receive: time - connect - wait },
    _attempt: number,
  }
}

function requestOf(request: ApiRequest, httpVersion: string, redact: (text: string) => string): object {
  const body = typeof request.body === 'function' ? undefined : request.body
  return {
    method: request.method,
    url: redact(request.url),
    httpVersion,
    cookies: [],
    headers: headerList(request.headers, redact),
    // The masked URL may be invalid.
    queryString: [...new URL(redactUrl(request.url)).searchParams].map(([name, value]) => ({
      name: redact(name),
      value: redact(value),
    })),
    ...(body === undefined
      ? undefined
      : { postData: { mimeType: mimeType(request.headers, redact), ...textOf(body, redact) } }),
    headersSize: -1,
    bodySize: body === undefined ? 0 : Buffer.byteLength(body),
  }
}

function responseOf(
  response: ApiResponse | undefined,
  httpVersion: string,
  error: string | undefined,
  redact: (text: string) => string,
): object {
  const { status = 0, headers = {}, body = new Uint8Array() } = response ?? {}
  return {
    status,
    statusText: response === undefined ? '' : statusLine(status).replace(/^\d+ ?/, ''),
    httpVersion,
    cookies: [],
    headers: headerList(headers, redact),
    content: {
      size: body.byteLength,
      mimeType: mimeType(headers, redact),
      ...(status >= 400 && body.byteLength > 0 ? textOf(body, redact) : undefined),
    },
    redirectURL: redact(redactUrl(headers.location ?? '')),
    headersSize: -1,
    bodySize: Number(headers['content-length'] ?? -1),
    ...(error === undefined ? undefined : { _error: redact(error) }),
  }
}

function headerList(headers: Readonly<Record<string, string>>, redact: (text: string) => string): object[] {
  return Object.entries(redactHeaders(headers)).map(([name, value]) => ({ name, value: redact(value) }))
}

function mimeType(headers: Readonly<Record<string, string>>, redact: (text: string) => string): string {
  return redact(headers['content-type'] ?? '')
}

/** A body as text, truncated if it is long; a comment in its place for bytes that are not text. */
function textOf(body: string | Uint8Array, redact: (text: string) => string): { text: string; comment?: string } {
  try {
    const text = typeof body === 'string' ? body : new TextDecoder('utf-8', { fatal: true }).decode(body)
    const masked = redact(text)
    if (masked.length <= longestBody) return { text: masked }
    return { text: masked.slice(0, longestBody), comment: `the first ${longestBody} of ${masked.length} characters` }
  } catch {
    return { text: '', comment: `${Buffer.byteLength(body)} bytes that are no text` }
  }
}
