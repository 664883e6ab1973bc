import type { RequestInput } from '../../http/request.ts'
import type { Prepared } from '../caller.ts'
import type { CallResult } from '../result.ts'
import { type AnyPaginateOptions, type Page, type PaginationSettings, resolvePagination } from './options.ts'
import { type PageCalls, PageIterator, type ReturnedPage } from './page-iterator.ts'
import { pageRequests } from './page-requests.ts'
import { sequenceOf } from './sequence-of.ts'

export interface PaginationParts extends PageCalls {
  prepare(input: RequestInput): Prepared
}

/** Yields the pages of a list, starting with a request, or their items. @throws SettingsError for an invalid option */
export function paginate(
  input: RequestInput,
  options: AnyPaginateOptions,
  parts: PaginationParts,
): AsyncGenerator<unknown> {
  const settings = resolvePagination(options)
  return settings.items === undefined ? pagesOf(input, settings, parts) : itemsOf(input, settings, parts)
}

async function* pagesOf(
  input: RequestInput,
  settings: PaginationSettings,
  parts: PaginationParts,
): AsyncGenerator<CallResult | Page, void, undefined> {
  const prepared = parts.prepare(input)
  if (prepared.request === undefined && settings.yieldsFailures) yield parts.mapped.result(prepared.failure)
  else for await (const page of iteratorOf(input, prepared, settings, parts).pages()) yield withItems(page)
}

function withItems({ result, list: items }: ReturnedPage): CallResult | Page {
  return result.ok && items !== undefined ? { ...result, items } : result
}

async function* itemsOf(
  input: RequestInput,
  settings: PaginationSettings,
  parts: PaginationParts,
): AsyncGenerator<unknown, void, undefined> {
  const iterator = iteratorOf(input, parts.prepare(input), settings, parts)
  for await (const { list } of iterator.pages()) if (list !== undefined) yield* list
}

function iteratorOf(
  input: RequestInput,
  prepared: Prepared,
  settings: PaginationSettings,
  parts: PaginationParts,
): PageIterator {
  if (prepared.request === undefined) throw parts.mapped.error(prepared.failure.error)
  const { request } = prepared
  const requests = pageRequests(input, request, settings.style)
  return new PageIterator(sequenceOf(request, requests.json, settings), requests, settings, parts)
}
