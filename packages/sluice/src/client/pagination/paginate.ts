import type { ApiRequest, RequestInput } from '../../http/request.ts'
import { maskerOf } from '../../http/request-masker.ts'
import type { Prepared } from '../caller.ts'
import type { CallResult } from '../result.ts'
import { ChainedTrail } from './chained-trail.ts'
import { NumberedTrail } from './numbered-trail.ts'
import { type AnyPaginateOptions, type Page, type PaginationSettings, resolvePagination } from './options.ts'
import type { Trail } from './page.ts'
import { pageRequests } from './page-requests.ts'
import { type GivenPage, type PageCalls, PageWalk } from './page-walk.ts'

export interface PaginationParts extends PageCalls {
  prepare(input: RequestInput): Prepared
}

/** The pages that begin with a request, or their items. @throws SettingsError if an option cannot work */
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
  if (prepared.request === undefined && settings.yieldsFailures) yield prepared.failure
  else for await (const page of walkFrom(input, prepared, settings, parts).pages()) yield withItems(page)
}

function withItems({ result, list: items }: GivenPage): CallResult | Page {
  return result.ok && items !== undefined ? { ...result, items } : result
}

async function* itemsOf(
  input: RequestInput,
  settings: PaginationSettings,
  parts: PaginationParts,
): AsyncGenerator<unknown, void, undefined> {
  const walk = walkFrom(input, parts.prepare(input), settings, parts)
  for await (const { list } of walk.pages()) if (list !== undefined) yield* list
}

function walkFrom(
  input: RequestInput,
  prepared: Prepared,
  settings: PaginationSettings,
  parts: PaginationParts,
): PageWalk {
  if (prepared.request === undefined) throw prepared.failure.error
  const { request } = prepared
  const requests = pageRequests(input, request, settings.style)
  return new PageWalk(trailFrom(request, requests.json, settings), requests, settings, parts)
}

function trailFrom(request: ApiRequest, json: unknown, { style, origins }: PaginationSettings): Trail {
  const { url } = request
  if ('first' in style) return new NumberedTrail(style, url)
  const mask = (text: string): string => maskerOf(request)(text)
  return new ChainedTrail(style, { url, json, origins: new Set([new URL(url).origin, ...origins]), mask })
}
