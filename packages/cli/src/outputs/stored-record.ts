import { JsonTooDeepError, parseJson, type StoredError } from 'sluice/internal'
import type { StoredResult } from 'sluice/stores'
import { base64, type CallRecord, type RecordBody, type RecordOptions, recordOf } from './record.ts'

/** What is written of a result that has been kept in a store: the same record as of the call. Secrets are not in it, so headers that carry them are masked. */
export function storedRecord(result: StoredResult, options: RecordOptions = {}): CallRecord {
  const [queued, backoff, connect, firstByte, body, total] = result.timing
  const timing = { queued, backoff, connect, firstByte, body, total }
  const parts = { ...result, timing, showsSecrets: false }
  try {
    return recordOf({ ...parts, body: () => storedBody(result) }, options)
  } catch (error) {
    // Of a body that was stored by an earlier version, which could not have written it either.
    return recordOf({ ...parts, ok: false, error: unreadable(error), body: () => ({}) }, options)
  }
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
    case 'none':
      return {}
  }
}

function unreadable(error: unknown): StoredError {
  const code = error instanceof JsonTooDeepError ? 'SLUICE_TOO_DEEP' : 'SLUICE_NOT_JSON'
  return { code, message: `the stored body cannot be read: ${(error as Error).message}` }
}
