import { jsonText } from './json-text.ts'
import type { CallRecord } from './record.ts'

/** Type of a column. `json` is JSON text, `time` a Date. */
export type ColumnKind = 'index' | 'integer' | 'real' | 'boolean' | 'text' | 'json' | 'bytes' | 'time'

/** A column of a typed format, and its value in a CallRecord. */
export interface RecordColumn {
  readonly name: string
  readonly kind: ColumnKind
  /** Null or undefined if the record has no value. */
  value(record: RecordWithFile): unknown
}

/** A column of a table with selected columns: its field in each row, and its heading. */
export interface TableColumn {
  readonly key: string
  readonly title: string
}

/** A record whose fields may be missing. */
type RecordWithFile = Partial<CallRecord>

/** All fields of a record, flattened. JSON bodies are in `data`, other text in `text`, anything else in `bytes`. */
export const recordColumns: readonly RecordColumn[] = [
  { name: 'index', kind: 'index', value: (record) => record.index },
  { name: 'id', kind: 'text', value: (record) => record.id },
  { name: 'url', kind: 'text', value: (record) => record.url },
  { name: 'method', kind: 'text', value: (record) => record.method },
  { name: 'ok', kind: 'boolean', value: (record) => record.ok },
  { name: 'status', kind: 'integer', value: (record) => record.status },
  { name: 'attempts', kind: 'integer', value: (record) => record.attempts },
  { name: 'ms', kind: 'real', value: (record) => record.ms },
  { name: 'queued', kind: 'real', value: (record) => record.timing?.queued },
  { name: 'backoff', kind: 'real', value: (record) => record.timing?.backoff },
  { name: 'connect', kind: 'real', value: (record) => record.timing?.connect },
  { name: 'first_byte', kind: 'real', value: (record) => record.timing?.firstByte },
  { name: 'body_ms', kind: 'real', value: (record) => record.timing?.body },
  { name: 'attempt_ms', kind: 'real', value: (record) => record.timing?.attempt },
  {
    name: 'started_at',
    kind: 'time',
    value: (record) => (record.timing?.startedAt === undefined ? undefined : new Date(record.timing.startedAt)),
  },
  { name: 'protocol', kind: 'text', value: (record) => record.protocol },
  { name: 'headers', kind: 'json', value: (record) => jsonText(record.headers) },
  { name: 'meta', kind: 'json', value: (record) => jsonText(record.meta) },
  { name: 'data', kind: 'json', value: (record) => jsonText(record.data) },
  { name: 'text', kind: 'text', value: (record) => record.text },
  {
    name: 'bytes',
    kind: 'bytes',
    value: (record) => (record.base64 === undefined ? undefined : Buffer.from(record.base64, 'base64')),
  },
  { name: 'file', kind: 'text', value: (record) => record.file },
  { name: 'error_code', kind: 'text', value: (record) => record.error?.code },
  { name: 'error_message', kind: 'text', value: (record) => record.error?.message },
  { name: 'error_body', kind: 'text', value: (record) => errorText(record.error?.body) },
  {
    name: 'retry_at',
    kind: 'time',
    value: (record) => (record.error?.retryAt === undefined ? undefined : new Date(record.error.retryAt)),
  },
]

/** Text unchanged, anything else as JSON. */
function errorText(body: unknown): string | undefined {
  return typeof body === 'string' ? body : jsonText(body)
}
