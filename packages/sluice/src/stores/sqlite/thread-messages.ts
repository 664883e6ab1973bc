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
 * Results on their way to another thread. Their bodies share one buffer, which is transferred instead of copied.
 * Otherwise each body would be copied separately, with all of the buffer that it is a part of. Meta data is sent as
 * JSON text: a `JsonNumber` would lose its class.
 */
interface PackedResults {
  readonly results: readonly StoredResult[]
  /** Undefined for results without meta data. */
  readonly metas: readonly (string | undefined)[]
  /** Length of each body; undefined for results without one. */
  readonly lengths: readonly (number | undefined)[]
  readonly bytes: Uint8Array<ArrayBuffer>
}

function packResults(given: readonly StoredResult[]): PackedResults {
  const lengths = given.map(({ body }) => body?.length)
  const bytes = new Uint8Array(lengths.reduce<number>((sum, length = 0) => sum + length, 0))
  let at = 0
  const metas = given.map(({ meta }) => (meta === undefined ? undefined : written(meta)))
  const results = given.map((result) => {
    const { body, meta } = result
    if (body === undefined && meta === undefined) return result
    if (body !== undefined) bytes.set(body, at)
    at += body?.length ?? 0
    return { ...result, body: undefined, meta: undefined }
  })
  return { results, metas, lengths, bytes }
}

/** Results with their bodies, each a copy that retains no other memory. */
function unpackResults({ results, metas, lengths, bytes }: PackedResults): StoredResult[] {
  let at = 0
  return results.map((result, position) => {
    const length = lengths[position]
    const meta = parsedMeta(metas[position])
    if (length === undefined && meta === undefined) return result
    at += length ?? 0
    return { ...result, meta, ...(length === undefined ? undefined : { body: bytes.slice(at - length, at) }) }
  })
}
