import type { ApiRequest, ApiResponse, Policy } from 'sluice'
import { redactHeaders, redactUrl } from 'sluice/http'
import { isoDate, statusLine } from 'sluice/internal'
import { version } from '../io.ts'
import { openFileSink } from './file-sink.ts'
import { jsonText } from './json-text.ts'
import type { Redact } from './redactor.ts'

/** A file of every exchange, for the tools that read HAR 1.2: browsers' developer tools and others. */
export interface HarFile {
  /** Writes each request that goes out, of every attempt and redirect, and its answer. Around each attempt of a client. */
  readonly policy: Policy
  /** Waits until what was written is taken. @throws OutputError if something could not be written */
  flush(): Promise<void>
  close(): Promise<void>
  abort(): Promise<void>
}

/** Characters that are written of a body. */
const longestBody = 1_000_000

/**
 * Opens a HAR file. It is written entry by entry, and whole only after `close`. Credentials are masked. It has the bodies of
 * requests, and of answers those that say why something failed: the results have the others.
 *
 * @throws SettingsError if it cannot be written.
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

/** A request that went out, and what came back. Times are milliseconds. */
interface HarExchange {
  readonly request: ApiRequest
  /** Number of its attempt, from 1. */
  readonly number: number
  readonly startedAt: number
  readonly protocol: string | undefined
  readonly time: number
  readonly connect: number
  readonly firstByte: number
  readonly response?: ApiResponse
  readonly error?: string
}

/** Nothing for what HAR cannot hold: the results have it. */
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
    // Not of the masked URL, which may be none any more.
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

/** A body as text, cut where it is long; a note in its place for bytes that are no text. */
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
