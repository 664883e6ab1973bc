import { unexpected } from '../../errors/settings-error.ts'
import { SluiceError } from '../../errors/sluice-error.ts'
import type { RequestInput } from '../../http/request.ts'
import type { CallError } from '../errors.ts'
import { type Failure, noTime } from '../result.ts'

/** Item of a source: a request, or the error of an invalid one. Both have a result. */
export type SourceItem = ({ readonly request: RequestInput } | { readonly id: string; readonly error: CallError }) & {
  /** `index` of its result. @default its position in the source */
  readonly index?: number | undefined
  /** Plain data about the origin of a follow-up item; undefined for an item of the original source. */
  readonly state?: unknown
}

/** Requests to send: a list, or an iterable that yields them one by one and is read only on demand. */
export type BulkSource<Meta = unknown> =
  | Iterable<RequestInput<Meta> | SourceItem>
  | AsyncIterable<RequestInput<Meta> | SourceItem>

/** Iterator over a source. */
export type SourceIterator = Iterator<RequestInput | SourceItem> | AsyncIterator<RequestInput | SourceItem>

/** Converts an element of a source to an item. Never throws, even for invalid elements. */
export function itemOf(input: RequestInput | SourceItem): SourceItem {
  try {
    if (typeof input === 'object' && input !== null && !('url' in input)) {
      if ('request' in input || ('error' in input && input.error instanceof SluiceError)) return input
    }
  } catch {
    // A proxy may throw at any access; preparing it as a request then reports the error of that item.
  }
  return { request: input as RequestInput }
}

/** Failure of an item that is not a valid request. */
export function badItem({ id, error }: Extract<SourceItem, { readonly error: unknown }>, index: number): Failure {
  return { ok: false, index, id: String(id), attempts: [], timing: noTime, error }
}

/** Number of items, if it is known without reading the source. */
export function knownSize(source: BulkSource): number | undefined {
  if (Array.isArray(source)) return source.length
  return source instanceof Set ? source.size : undefined
}

/** Starts reading. @throws SettingsError if the source is not iterable, or is a bare string (probably a mistake) */
export function openSource(source: BulkSource): SourceIterator {
  if (typeof source === 'object' && source !== null) {
    if (Symbol.asyncIterator in source) return source[Symbol.asyncIterator]()
    if (Symbol.iterator in source) return source[Symbol.iterator]()
  }
  throw unexpected('requests', 'a list of requests, or an iterable of them', source)
}
