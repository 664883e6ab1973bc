import { type BulkOptions, JsonNumber, type RequestSpec, SettingsError } from 'sluice'
import { joinUrl } from 'sluice/internal'
import { badItem } from '../inputs/input-item.ts'
import { jsonRow, type Row, textOf } from '../inputs/row.ts'
import { rowRequest } from '../inputs/row-requests.ts'
import { compileRowTemplates } from '../inputs/row-templates.ts'
import { compileUrlTemplate, type UrlTemplate } from '../inputs/url-template.ts'
import { completeUrl } from '../inputs/url-text.ts'

type Follow = NonNullable<BulkOptions['follow']>

export interface ItemRequestOptions {
  /** Origins, in addition to that of the page, that an item's URL may have. */
  readonly allowOrigins: readonly string[]
  /** Base of relative URLs. @default the page */
  readonly baseUrl: string | undefined
}

/**
 * Requests for the items of a page, by a URL template with their values; `{item}` is an item that is a string or a
 * number. A value never changes the host: if the whole URL comes from an item, it must have the origin of its page, or
 * one that is allowed.
 *
 * @throws SettingsError for an invalid template
 */
export function itemRequests(text: string, { allowOrigins, baseUrl }: ItemRequestOptions): Follow {
  const template = compileUrlTemplate(/^[/{?]/.test(text) ? text : completeUrl(text))
  const rows = { baseUrl, urlTemplate: template, templates: compileRowTemplates({}), idColumn: undefined }
  return ({ request }, page) =>
    page?.items?.map((item, at) => {
      const where = { source: `${page.id}#${page.number}, item ${at + 1}` }
      const row = rowOf(item)
      const id = ownId(row) ?? `${page.id}#${page.number}.${at + 1}`
      // Metadata of the list's own input, such as columns to keep.
      const meta = request.meta === undefined ? undefined : { meta: request.meta }
      if (template.origin !== undefined) {
        const made = rowRequest(row, where, template, rows, id)
        return made.ok ? { ...made.request, ...meta } : asRequest(made)
      }
      try {
        const pageUrl = new URL(request.url)
        return {
          id,
          url: ownUrl(row, template, { pageUrl, baseUrl, origins: new Set([pageUrl.origin, ...allowOrigins]) }),
          ...meta,
        }
      } catch (error) {
        if (error instanceof SettingsError) return asRequest(badItem(where, error.message, id))
        throw error
      }
    })
}

/** An item that is not a request, which the run turns into a failure. */
function asRequest({ id, error }: ReturnType<typeof badItem>): RequestSpec {
  return { id, error } as unknown as RequestSpec
}

interface UrlRules {
  readonly pageUrl: URL
  readonly baseUrl: string | undefined
  readonly origins: ReadonlySet<string>
}

/** URL that comes from an item as a whole. */
function ownUrl(row: Row, template: UrlTemplate, { pageUrl, baseUrl, origins }: UrlRules): string {
  const empty = template.pathVariables.find((name) => textOf(row, name).trim() === '')
  if (empty !== undefined) throw bad(`${JSON.stringify(empty)} is empty, and it is part of the path`)
  const text = template.expand((name) => textOf(row, name))
  const isWhole = URL.canParse(text)
  if (!isWhole && baseUrl !== undefined) return joinUrl(text, baseUrl).href
  if (!URL.canParse(text, pageUrl.href)) throw bad('the values do not form a URL')
  const url = new URL(text, pageUrl)
  if (url.protocol === 'http:' && !origins.has(url.origin)) {
    // A server behind a TLS proxy may give its own URLs with http.
    const secure = new URL(url)
    secure.protocol = 'https:'
    if (origins.has(secure.origin)) return secure.href
  }
  if (origins.has(url.origin)) return url.href
  throw bad(`its URL is on ${url.origin}; --allow-origin ${url.origin} sends the headers there, credentials included`)
}

function rowOf(item: unknown): Row {
  const isPlain = typeof item !== 'object' || item === null || item instanceof JsonNumber
  return isPlain ? (name) => (name === 'item' ? item : undefined) : jsonRow(item)
}

function ownId(row: Row): string | undefined {
  const id = row('id') ?? row('item')
  return typeof id === 'string' || typeof id === 'number' || id instanceof JsonNumber ? String(id) : undefined
}

function bad(message: string): SettingsError {
  return new SettingsError(`--then: ${message}`, 'SLUICE_BAD_INPUT')
}
