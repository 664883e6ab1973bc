import { StoreError } from '../../database/store-error.ts'
import type { CommitGroup } from '../commit-group.ts'
import type { StoredResult } from '../stored-item.ts'
import { type PackedResults, packResults, unpackResults } from './packed-results.ts'
import type { Verb } from './store-calls.ts'

/** What the thread is asked. */
export interface Question {
  readonly id: number
  readonly verb: Verb | 'close'
  readonly args: readonly unknown[]
  /** The results of a commit. */
  readonly packed?: PackedResults | undefined
}

/** What it says. The first answer, 0, is that the file is open, or why not. */
export interface Answer {
  readonly id: number
  readonly value?: unknown
  /** Results that were read. */
  readonly packed?: PackedResults | undefined
  readonly failure?: Failure | undefined
}

interface Failure {
  /** Missing if it is no StoreError. */
  readonly code?: StoreError['code'] | undefined
  readonly message: string
  readonly cause: unknown
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

export function repliedIn({ value, packed }: Answer): unknown {
  return packed === undefined ? value : unpackResults(packed)
}

/** The buffers that change hands with a message. */
export function transfersOf({ packed }: Question | Answer): ArrayBuffer[] {
  return packed === undefined ? [] : [packed.bytes.buffer]
}

export function failed(id: number, reason: unknown): Answer {
  // The classes of errors do not survive the way to another thread.
  if (reason instanceof StoreError) {
    const { code, message, cause } = reason
    return { id, failure: { code, message, cause: cause instanceof Error ? new Error(cause.message) : undefined } }
  }
  return { id, failure: { message: reason instanceof Error ? reason.message : String(reason), cause: reason } }
}

export function errorOf({ code, message, cause }: Failure): Error {
  return code === undefined ? new Error(message, { cause }) : new StoreError(code, message, cause)
}
