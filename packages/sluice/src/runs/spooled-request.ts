import { bytesOfBase64, textOf } from '#platform'
import type { SourceItem } from '../client/bulk/source.ts'
import { PaginationError } from '../client/pagination/page-sequence.ts'
import { messageOf } from '../errors/message-of.ts'
import { SettingsError } from '../errors/settings-error.ts'
import { idOf } from '../http/create-request.ts'
import { parseJson } from '../http/json/parse-json.ts'
import { writeJson } from '../http/json/write-json.ts'
import { redactUrl } from '../http/redact.ts'
import type { RequestInput, RequestSpec } from '../http/request.ts'
import { isSecretHeader, isSecretParameter } from '../http/secret-names.ts'
import type { RunStore } from '../stores/run-store.ts'
import { SourceChangedError, type SourceReading } from './run-source.ts'

/** Serializes an item for the store: everything needed to send it, and no secrets. */
export function writeSpooled(item: SourceItem): string {
  const { state } = item
  if (!('request' in item)) return writeBad(item.id, item.error.message, state, item.error)
  try {
    const problem = problemOf(item.request)
    if (problem !== undefined) return writeBad(idOf(item.request), problem, state)
    return writeJson({ ...spooledText(item.request), state })!
  } catch (error) {
    return writeBad(idOf(item.request), `cannot be written as JSON: ${messageOf(error)}`, state)
  }
}

/** Parses an item that was serialized by `writeSpooled`. */
export function readSpooled(text: string): SourceItem {
  const { request, bytes, bad, state } = parseJson(text, 'source') as SpooledText
  if (bad !== undefined) return { id: bad.id, error: errorOf(bad), state }
  if (typeof request === 'string' || bytes === undefined) return { request: request!, state }
  return { request: { ...(request as RequestSpec), body: bytesOfBase64(bytes) }, state }
}

function errorOf({ message, page }: NonNullable<SpooledText['bad']>): PaginationError | SettingsError {
  if (page === undefined) return new SettingsError(message, 'SLUICE_BAD_INPUT')
  return new PaginationError(page.code, page.number, message.replace(/^page \d+: /, ''))
}

interface SpooledText {
  readonly request?: RequestInput
  /** Body in Base64, if it is bytes. */
  readonly bytes?: string
  readonly bad?: {
    readonly id: string
    readonly message: string
    /** Page of a list whose link to the next page was invalid. */
    readonly page?: { readonly code: PaginationError['code']; readonly number: number }
  }
  /** Only for an item that follows from another. */
  readonly state?: unknown
}

function writeBad(id: string, message: string, state: unknown, error?: unknown): string {
  const page = error instanceof PaginationError ? { page: { code: error.code, number: error.page } } : undefined
  return JSON.stringify({ bad: { id, message, ...page }, state })
}

function spooledText(request: RequestInput): SpooledText {
  if (typeof request === 'string' || request instanceof URL) return { request: String(request) }
  const { body, ...rest } = request
  return body instanceof Uint8Array ? { request: rest, bytes: textOf(body, 'base64') } : { request }
}

/** Reason why a request cannot be stored; undefined if it can. */
function problemOf(input: RequestInput): string | undefined {
  const spec: RequestSpec = typeof input === 'string' || input instanceof URL ? { url: input } : input
  if (typeof spec !== 'object' || spec === null) return undefined
  if (typeof spec.body === 'function') return 'a body created by a function cannot be stored; give text or bytes'
  const url = String(spec.url)
  const secret =
    redactUrl(url) === url
      ? (Object.keys(spec.headers ?? {}).find(isSecretHeader) ?? Object.keys(spec.query ?? {}).find(isSecretParameter))
      : 'a key in the URL'
  if (secret === undefined) return undefined
  return (
    `${secret}: a secret of a single item is not stored, and this source cannot be read again; ` +
    'set it on the client for all items, or read them from a file or a list'
  )
}

/** Page number of a stored item: 1 for items of the source; undefined if it is not a page, but follows from one. */
export function pageNumberOf(text: string): number | undefined {
  const { state } = readSpooled(text)
  return state === undefined ? 1 : (state as { readonly number?: number }).number
}

/** Number of items compared at once. */
const pageSize = 500

/**
 * Stored items that follow from others, starting at an index: those of unfinished lists, in order.
 */
export async function followingItems(
  { store, runId }: Pick<SpooledPart, 'store' | 'runId'>,
  first: number,
  isDone: (index: number) => boolean,
): Promise<{ readonly item: SourceItem; readonly isDone: boolean }[]> {
  const items: { readonly item: SourceItem; readonly isDone: boolean }[] = []
  const lists = new Set<unknown>()
  for (let after = first - 1; ; ) {
    const page = await store.spooled(runId, { after, limit: pageSize })
    for (const { index, request } of page) {
      const item = readSpooled(request)
      const list = (item.state as { list?: unknown } | undefined)?.list
      if (list === undefined || (isDone(index) && !lists.has(list))) continue
      lists.add(list)
      items.push({ item, isDone: isDone(index) })
    }
    if (page.length < pageSize) return items
    after = page.at(-1)!.index
  }
}

/** Part of a source that the store has already. */
interface SpooledPart {
  readonly store: Pick<RunStore, 'spooled'>
  readonly runId: number
  /** Number of items in the store. */
  readonly known: number
  /** Name of the source in messages. */
  readonly name: string
}

/**
 * Skips the items of a source that the store has already.
 *
 * @throws SourceChangedError if they differ from those that were read when the run started.
 */
export async function compareSpooled(
  reading: SourceReading,
  { store, runId, known, name }: SpooledPart,
): Promise<void> {
  let read = 0
  for (let first = 0; first < known; first += pageSize) {
    for (const { request } of await store.spooled(runId, { after: first - 1, limit: pageSize })) {
      if (readSpooled(request).state !== undefined) continue
      const index = read++
      const item = await reading.next()
      if (item.done === true) throw new SourceChangedError(name, `it has ${index} items now, but more had been read`)
      if (writeSpooled(item.value) === request) continue
      throw new SourceChangedError(name, `item ${index + 1} differs from when the run started`)
    }
  }
}
