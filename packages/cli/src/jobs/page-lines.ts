import {
  type CallResult,
  type Client,
  type Page,
  type PaginateOptions,
  PaginationError,
  type RequestSpec,
  SettingsError,
} from 'sluice'
import { redactUrl } from 'sluice/http'
import { joinUrl, type SourceItem } from 'sluice/internal'

/** A result without its place in the output. */
export type Line = CallResult

const noTime = { queued: 0, backoff: 0, connect: 0, firstByte: 0, body: 0, total: 0 }

export interface LineOptions {
  readonly style: PaginateOptions
  /** One for each item, not for each page. */
  readonly ofItems: boolean
  readonly signal: AbortSignal
  readonly baseUrl: string | URL | undefined
}

/**
 * The lines of one input: of its pages, `ID#3`, or of their items, `ID#117`. Whatever happens there is at least one: a failure
 * is the line of its page (`ID#page3` among items), and a list without items is one line without data.
 *
 * @throws the signal's reason if aborted
 */
export async function* linesOf(
  client: Client,
  item: SourceItem,
  { style, ofItems, signal, baseUrl }: LineOptions,
): AsyncGenerator<Line, void, undefined> {
  if (!('request' in item)) {
    yield { ok: false, index: 0, id: item.id, attempts: [], timing: noTime, error: item.error }
    return
  }
  const request = item.request as RequestSpec
  const id = idOf(request, baseUrl)
  const count = { pages: 0, items: 0 }
  let last: Page | undefined
  let hasFailed = false
  try {
    for await (const page of client.paginate({ ...request, id }, { ...style, signal, failures: 'yield' })) {
      count.pages++
      if (!page.ok) {
        // What is no request at all has no page.
        yield { ...page, id: page.request === undefined ? id : failedId(id, count.pages, ofItems) }
        hasFailed = true
        continue
      }
      last = page
      if (!ofItems) yield page
      else {
        for (const [position, value] of (page.items ?? []).entries()) {
          // The first item has the times of its page, so that they are counted once.
          const once = position === 0 ? page : { ...page, attempts: [], timing: noTime }
          yield { ...once, id: `${id}#${++count.items}`, value }
        }
      }
    }
  } catch (error) {
    if (!(error instanceof PaginationError || error instanceof SettingsError)) throw error
    const page = error instanceof PaginationError ? error.page : count.pages + 1
    const request = last === undefined ? undefined : { request: last.request }
    yield { ok: false, index: 0, id: failedId(id, page, ofItems), ...request, attempts: [], timing: noTime, error }
    return
  }
  if (ofItems && last !== undefined && !hasFailed && count.items === 0) yield { ...last, id, value: undefined }
}

/** Name of the lines of an input: its id, or its URL without secrets. */
function idOf({ id, url }: RequestSpec, baseUrl: string | URL | undefined): string {
  if (id !== undefined) return String(id)
  try {
    return redactUrl(joinUrl(url, baseUrl).href)
  } catch {
    return redactUrl(String(url))
  }
}

function failedId(id: string, page: number, isAmongItems: boolean): string {
  return isAmongItems ? `${id}#page${page}` : `${id}#${page}`
}
