import { unexpected } from '../../errors/settings-error.ts'
import type { RequestInput } from '../../http/request.ts'

/** Requests to make: a list, or anything that gives them one by one. It is read only as far as needed. */
export type BulkSource = Iterable<RequestInput> | AsyncIterable<RequestInput>

/** How many there are, if that is known without reading. */
export function knownSize(source: BulkSource): number | undefined {
  if (Array.isArray(source)) return source.length
  return source instanceof Set ? source.size : undefined
}

/** Starts reading. @throws SettingsError if there is nothing to iterate over; a bare string is taken for a mistake. */
export function openSource(source: BulkSource): Iterator<RequestInput> | AsyncIterator<RequestInput> {
  if (typeof source === 'object' && source !== null) {
    if (Symbol.asyncIterator in source) return source[Symbol.asyncIterator]()
    if (Symbol.iterator in source) return source[Symbol.iterator]()
  }
  throw unexpected('requests', 'a list of requests, or an iterable of them', source)
}
