import { unexpected } from '../../errors/settings-error.ts'
import { SluiceError } from '../../errors/sluice-error.ts'
import type { RequestInput } from '../../http/request.ts'
import type { CallError } from '../errors.ts'
import { type Failure, noTime } from '../result.ts'

/** One item of a source: a request, or the reason why it is none. Either has a result. */
export type SourceItem = ({ readonly request: RequestInput } | { readonly id: string; readonly error: CallError }) & {
  /** `index` of its result. @default its position in the source */
  readonly index?: number | undefined
  /** Plain data of what it follows from; undefined for an item that the source of the run has given. */
  readonly state?: unknown
}

/** Requests to make: a list, or an iterable that gives them one by one. It is read only as far as needed. */
export type BulkSource<Meta = unknown> =
  | Iterable<RequestInput<Meta> | SourceItem>
  | AsyncIterable<RequestInput<Meta> | SourceItem>

/** Iterator over a source. */
export type SourceIterator = Iterator<RequestInput | SourceItem> | AsyncIterator<RequestInput | SourceItem>

/** The item that an element of a source stands for. Never throws, whatever the element is. */
export function itemOf(input: RequestInput | SourceItem): SourceItem {
  try {
    if (typeof input === 'object' && input !== null && !('url' in input)) {
      if ('request' in input || ('error' in input && input.error instanceof SluiceError)) return input
    }
  } catch {
    // A proxy may throw at any access: reading it as a request gives the error of that item.
  }
  return { request: input as RequestInput }
}

/** Result of an item that is no request. */
export function badItem({ id, error }: Extract<SourceItem, { readonly error: unknown }>, index: number): Failure {
  return { ok: false, index, id: String(id), attempts: [], timing: noTime, error }
}

/** Number of items, if that is known without reading. */
export function knownSize(source: BulkSource): number | undefined {
  if (Array.isArray(source)) return source.length
  return source instanceof Set ? source.size : undefined
}

/** Starts reading. @throws SettingsError if there is nothing to iterate over; a bare string is taken for a mistake. */
export function openSource(source: BulkSource): SourceIterator {
  if (typeof source === 'object' && source !== null) {
    if (Symbol.asyncIterator in source) return source[Symbol.asyncIterator]()
    if (Symbol.iterator in source) return source[Symbol.iterator]()
  }
  throw unexpected('requests', 'a list of requests, or an iterable of them', source)
}
