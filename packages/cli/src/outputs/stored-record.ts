import type { StoredResult } from 'sluice/stores'
import { base64, type CallRecord, type RecordBody, type RecordOptions, recordOf } from './record.ts'

/** What is written of a result that has been kept in a store: the same record as of the call. Secrets are not in it, so headers that carry them are masked. */
export function storedRecord(result: StoredResult, options: RecordOptions = {}): CallRecord {
  const [queued, backoff, connect, firstByte, body, total] = result.timing
  const timing = { queued, backoff, connect, firstByte, body, total }
  return recordOf({ ...result, timing, body: () => storedBody(result), showsSecrets: false }, options)
}

/** In a store JSON is as it came, in UTF-8; so is text, in whatever it came. */
function storedBody({ bodyKind, body = new Uint8Array() }: StoredResult): RecordBody {
  switch (bodyKind) {
    case 'json':
      return { data: JSON.parse(new TextDecoder().decode(body)) as unknown }
    case 'text':
      // A mark at the beginning is part of the text: the one that told the encoding is gone already.
      return { text: new TextDecoder('utf-8', { ignoreBOM: true }).decode(body) }
    case 'bytes':
      return { base64: base64(body) }
    case 'none':
      return {}
  }
}
