import type { CallResult } from 'sluice'
import { isJsonType, type StoredError } from 'sluice/internal'
import { base64, type CallRecord, type RecordBody, type RecordOptions, recordOf } from './record.ts'

/** What is written of a result, in the order of the contract. */
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
      meta: request?.meta,
      error: result.ok ? undefined : plainError(result.error),
      body: () => (result.ok ? bodyOf(result) : {}),
      showsSecrets: true,
    },
    options,
  )
}

function bodyOf({ value, request, headers }: CallResult & { ok: true }): RecordBody {
  if (value === undefined) return {}
  if (value instanceof Uint8Array) return { base64: base64(value) }
  if (typeof value !== 'string') return { data: value }
  // A JSON answer may be just a text, and has been parsed already unless the caller wanted it as it came.
  const parsed = request.readAs === 'json' || (request.readAs === 'auto' && isJsonType(headers['content-type'] ?? ''))
  return parsed ? { data: value } : { text: value }
}

function plainError(error: Error): StoredError {
  const { code, retryAt } = error as { code?: unknown; retryAt?: unknown }
  return {
    code: typeof code === 'string' ? code : error.name,
    message: error.message,
    retryAt: typeof retryAt === 'number' ? retryAt : undefined,
  }
}
