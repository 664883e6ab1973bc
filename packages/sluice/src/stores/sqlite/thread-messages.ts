import { StoreError } from '../../database/store-error.ts'
import { messageOf } from '../../errors/message-of.ts'
import { parsedMeta, written } from '../plain-data.ts'
import type { CommitGroup } from '../run-store.ts'
import type { StoredResult } from '../stored-item.ts'
import type { Verb } from './open-file.ts'

/** Message to the thread. */
export interface Question {
  readonly id: number
  readonly verb: Verb | 'close'
  readonly args: readonly unknown[]
  /** Results of a commit. */
  readonly packed?: PackedResults | undefined
}

/** Message from the thread. The first one, with id 0, reports that the file is open, or why it is not. */
export interface Answer {
  readonly id: number
  readonly value?: unknown
  /** Results that were read. */
  readonly packed?: PackedResults | undefined
  readonly failure?: Failure | undefined
}

interface Failure {
  /** Undefined if the error is not a StoreError. */
  readonly code?: StoreError['code'] | undefined
  readonly message: string
  readonly cause: unknown
  readonly mayPass?: boolean | undefined
}

export function question(id: number, verb: Question['verb'], args: readonly unknown[]): Question {
  if (verb !== 'commit') return { id, verb, args }
  const [runId, { results, ...group }] = args as [number, CommitGroup]
  return { id, verb, args: [runId, group], packed: results && packResults(results) }
}

export function argsOf({ args, packed }: Question): readonly unknown[] {
  if (packed === undefined) return args
  const [runId, group] = args as [number, CommitGroup]
  return [runId, { ...group, results: unpackResults(packed) }]
}

export function answer({ id, verb }: Question, value: unknown): Answer {
  return verb === 'results' ? { id, packed: packResults(value as StoredResult[]) } : { id, value }
}

/** Value of an answer. @throws the error that it reports */
export function repliedIn({ value, packed, failure }: Answer): unknown {
  if (failure !== undefined) throw errorOf(failure)
  return packed === undefined ? value : unpackResults(packed)
}

/** Buffers that are transferred with a message. */
export function transfersOf({ packed }: Question | Answer): ArrayBuffer[] {
  return packed === undefined ? [] : [packed.bytes.buffer]
}

export function failed(id: number, reason: unknown): Answer {
  // Classes of errors are lost on the way to another thread.
  if (reason instanceof StoreError) {
    const { code, message, cause, mayPass } = reason
    const plainCause = cause instanceof Error ? new Error(cause.message) : undefined
    return { id, failure: { code, message, cause: plainCause, mayPass } }
  }
  return { id, failure: { message: messageOf(reason), cause: reason } }
}

function errorOf({ code, message, cause, mayPass }: Failure): Error {
  return code === undefined ? new Error(message, { cause }) : new StoreError(code, message, cause, mayPass)
}

/**
 * Results on their way to another thread: one text, which costs half of a copy of the objects, and one buffer of their
 * bodies, which is transferred. Otherwise each body would be copied separately, with all of the buffer that it is a
 * part of.
 */
interface PackedResults {
  /** JSON of the rows. */
  readonly rows: string
  readonly bytes: Uint8Array<ArrayBuffer>
}

/** Values of a result, in JSON: null if undefined. */
type Row = Nullable<ReturnType<typeof rowOf>>
type Nullable<T> = { readonly [K in keyof T]: undefined extends T[K] ? Exclude<T[K], undefined> | null : T[K] }

/** The body is replaced by its length, and meta data by its text: a `JsonNumber` would lose its class. */
function rowOf(result: StoredResult) {
  return [
    result.index,
    result.id,
    result.url,
    result.method,
    result.ok,
    result.status,
    result.error,
    result.attempts,
    result.requests,
    result.throttled,
    result.attemptMs,
    result.attemptParts,
    result.timing,
    result.headers,
    result.bodyKind,
    result.body?.length,
    result.protocol,
    result.meta === undefined ? undefined : written(result.meta),
    result.settledAt,
  ] as const
}

function packResults(results: readonly StoredResult[]): PackedResults {
  const bytes = new Uint8Array(results.reduce((sum, { body }) => sum + (body?.length ?? 0), 0))
  let at = 0
  for (const { body } of results) {
    if (body === undefined) continue
    bytes.set(body, at)
    at += body.length
  }
  return { rows: JSON.stringify(results.map(rowOf)), bytes }
}

/** Results with their bodies, each a copy that retains no other memory. */
function unpackResults({ rows, bytes }: PackedResults): StoredResult[] {
  let at = 0
  return (JSON.parse(rows) as Row[]).map((row): StoredResult => {
    const [index, id, url, method, ok, status, error, attempts, requests, throttled, attemptMs, ...rest] = row
    const [attemptParts, timing, headers, bodyKind, length, protocol, meta, settledAt] = rest
    at += length ?? 0
    return {
      index,
      id,
      url: url ?? undefined,
      method: method ?? undefined,
      ok,
      status: status ?? undefined,
      error: error ?? undefined,
      attempts,
      requests,
      throttled,
      attemptMs,
      attemptParts: attemptParts ?? undefined,
      timing,
      headers: headers ?? undefined,
      bodyKind,
      body: length === null ? undefined : bytes.slice(at - length, at),
      protocol: protocol ?? undefined,
      meta: parsedMeta(meta),
      settledAt,
    }
  })
}
