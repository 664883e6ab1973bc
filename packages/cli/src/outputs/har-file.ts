import type { CallResult } from 'sluice'
import { redactHeaders, redactUrl } from 'sluice/http'
import { isoDate, statusLine } from 'sluice/internal'
import { openFileSink } from './file-sink.ts'
import { jsonText } from './json-text.ts'
import type { Redact } from './redactor.ts'

/** A file of every exchange, for the tools that read HAR 1.2: browsers' developer tools and others. */
export interface HarFile {
  add(result: CallResult): Promise<void>
  close(): Promise<void>
  abort(): Promise<void>
}

/**
 * Opens a HAR file. It is written entry by entry, and whole only after `close`. Credentials are masked, and bodies left
 * out: the results have them.
 *
 * @throws SettingsError if it cannot be written.
 */
export async function openHarFile(path: string, redact: Redact): Promise<HarFile> {
  const sink = await openFileSink(path, { gzip: path.endsWith('.gz') })
  await sink.write('{"log":{"version":"1.2","creator":{"name":"sluice","version":"0.1.0"},"entries":[')
  let separator = '\n'
  return {
    async add(result) {
      const entry = entryText(result, redact)
      if (entry === undefined) return
      await sink.write(separator + entry)
      separator = ',\n'
    },
    async close() {
      await sink.write('\n]}}\n')
      await sink.close()
    },
    abort: () => sink.abort(),
  }
}

/** Nothing for what was no request, and for what HAR cannot hold: the results have it. */
function entryText(result: CallResult, redact: Redact): string | undefined {
  if (result.request === undefined) return undefined
  try {
    return jsonText(entryOf(result, redact))
  } catch {
    return undefined
  }
}

function entryOf(result: CallResult, redactAny: Redact): object {
  const request = result.request!
  const { timing } = result
  const body = typeof request.body === 'function' ? undefined : request.body
  const redact = (text: string): string => redactAny(text, request)
  const url = redact(request.url)
  const pairs = (headers: Readonly<Record<string, string>>): object[] =>
    Object.entries(redactHeaders(headers)).map(([name, value]) => ({ name, value: redact(value) }))
  return {
    // The end is now; the start lies the call's time back.
    startedDateTime: isoDate(Date.now() - timing.total),
    time: timing.total,
    request: {
      method: request.method,
      url,
      httpVersion: 'HTTP/1.1',
      cookies: [],
      headers: pairs(request.headers),
      // Not of the masked URL, which may be none any more.
      queryString: [...new URL(redactUrl(request.url)).searchParams].map(([name, value]) => ({
        name: redact(name),
        value: redact(value),
      })),
      headersSize: -1,
      bodySize: body === undefined ? 0 : Buffer.byteLength(body),
    },
    response: {
      status: result.status ?? 0,
      statusText: result.status === undefined ? '' : statusLine(result.status).replace(/^\d+ ?/, ''),
      httpVersion: 'HTTP/1.1',
      cookies: [],
      headers: pairs(result.headers ?? {}),
      content: {
        size: Number(result.headers?.['content-length'] ?? -1),
        mimeType: redact(result.headers?.['content-type'] ?? ''),
      },
      redirectURL: '',
      headersSize: -1,
      bodySize: Number(result.headers?.['content-length'] ?? -1),
      ...(result.ok ? undefined : { _error: redact(result.error.summary) }),
    },
    cache: {},
    timings: {
      blocked: timing.queued + timing.backoff,
      connect: timing.connect,
      send: 0,
      wait: timing.firstByte,
      receive: timing.body,
    },
    _attempts: result.attempts.length,
  }
}
