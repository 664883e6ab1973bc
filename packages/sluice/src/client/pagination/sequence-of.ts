import type { ApiRequest } from '../../http/request.ts'
import { maskerOf } from '../../http/request-masker.ts'
import { ChainedPages } from './chained-pages.ts'
import { NumberedPages } from './numbered-pages.ts'
import type { PaginationSettings } from './options.ts'
import type { PageSequence } from './page-sequence.ts'

/** Creates the sequence of pages that starts with a request, or continues from the saved state of an earlier one. */
export function sequenceOf(
  request: ApiRequest,
  json: unknown,
  { style, origins }: Pick<PaginationSettings, 'style' | 'origins'>,
  saved?: unknown,
): PageSequence {
  const { url } = request
  if ('first' in style) return new NumberedPages(style, url, saved)
  const mask = (text: string): string => maskerOf(request)(text)
  return new ChainedPages(style, { url, json, origins: new Set([new URL(url).origin, ...origins]), mask })
}
