import { parseJson } from 'sluice/http'
import { itemsAt, pageNumberOf } from 'sluice/internal'
import type { RunStore, StoredResult, StoredRun } from 'sluice/stores'
import { type CallRecord, type RecordOptions, storedRecord } from '../outputs/record.ts'
import type { StoredSettings } from '../plan/stored-settings.ts'

/** A line of an export: a result, or an item of a page. */
export interface StoredLine {
  readonly result: StoredResult
  /** Line number, if it differs from the result's index. */
  readonly index?: number
  readonly item?: { readonly value: unknown; readonly isFirst: boolean }
}

/** Converts the results of a run to lines. */
export interface StoredLines {
  /** Lines of the given results, which must be in order. */
  of(store: RunStore, results: readonly StoredResult[]): Promise<Iterable<StoredLine>>
  /** Lines that are only known at the end. */
  rest(): Iterable<StoredLine>
}

/** Lines of a run according to its settings: one per result, or one per page or item of its lists. */
export function storedLines(run: StoredRun): StoredLines {
  const { flags } = (run.settings ?? {}) as Partial<StoredSettings>
  if (flags?.paginate === undefined) {
    return { of: async (_, results) => results.map((result) => ({ result })), rest: () => [] }
  }
  return new ListLines(run.id, flags.items, flags.then !== undefined)
}

/** Record of a line, in the format of `fetch`. */
export function lineRecord({ result, index, item }: StoredLine, options: RecordOptions): CallRecord {
  const place = index === undefined ? undefined : { index }
  if (item === undefined || !result.ok) return { ...storedRecord(result, options), ...place }
  const times = item.isFirst ? undefined : { attempts: 0, timing: [0, 0, 0, 0, 0, 0] as const }
  const record = { ...storedRecord({ ...result, ...times }, { ...options, body: false }), ...place }
  return options.body === false || item.value === undefined ? record : { ...record, data: item.value }
}

/** Lines of a run with lists, in the format of `fetch`: items are numbered consecutively within each list. */
class ListLines implements StoredLines {
  readonly #runId: number
  readonly #items: string | undefined
  /** True if the lines are requests of the items, not the pages. */
  readonly #hasDetails: boolean
  /** Number of items of each list so far; for a list without items, the result to write at the end. */
  readonly #lists = new Map<string, { items: number; empty: StoredResult | undefined }>()
  #index = 0

  constructor(runId: number, items: string | undefined, hasDetails: boolean) {
    this.#runId = runId
    this.#items = items
    this.#hasDetails = hasDetails
  }

  async of(store: RunStore, results: readonly StoredResult[]): Promise<Iterable<StoredLine>> {
    const numbers = new Map<number, number | undefined>()
    const last = results.at(-1)?.index ?? -1
    for (let after = (results[0]?.index ?? 0) - 1; after < last; ) {
      const page = await store.spooled(this.#runId, { after, limit: 1_000 })
      if (page.length === 0) break
      for (const { index, request } of page) numbers.set(index, pageNumberOf(request))
      after = page.at(-1)!.index
    }
    return this.#linesOf(results, numbers)
  }

  *rest(): Generator<StoredLine, void, undefined> {
    for (const { items, empty } of this.#lists.values())
      if (items === 0 && empty !== undefined) yield { result: empty, index: this.#index++ }
  }

  *#linesOf(
    results: readonly StoredResult[],
    numbers: ReadonlyMap<number, number | undefined>,
  ): Generator<StoredLine, void, undefined> {
    for (const result of results) {
      const number = numbers.get(result.index)
      if (number === undefined) yield { result, index: this.#index++ }
      else if (!result.ok) yield { result: this.#failed(result, number), index: this.#index++ }
      else if (!this.#hasDetails) yield* this.#pageLines(result, number)
    }
  }

  *#pageLines(result: StoredResult, number: number): Generator<StoredLine, void, undefined> {
    const isEnd = number > 1 && (result.bodyKind === 'none' || pageValue(result) === undefined)
    if (this.#items === undefined) {
      const value = pageValue(result)
      // An empty page after the first only marks the end.
      if (!isEnd && !(number > 1 && Array.isArray(value) && value.length === 0)) yield { result, index: this.#index++ }
      return
    }
    const id = result.id.replace(/#\d+$/, '')
    const list = this.#lists.get(id) ?? { items: 0, empty: { ...result, id, body: undefined, bodyKind: 'none' } }
    this.#lists.set(id, list)
    const items = isEnd ? [] : (itemsAt(pageValue(result), this.#items) ?? [])
    for (const [at, value] of items.entries()) {
      const line = { ...result, id: `${id}#${++list.items}` }
      yield { result: line, index: this.#index++, item: { value, isFirst: at === 0 } }
    }
    if (list.items > 0) list.empty = undefined
  }

  /** A failure of a list, which then does not count as empty. */
  #failed(result: StoredResult, number: number): StoredResult {
    const id = result.id.replace(/#\d+$/, '')
    const list = this.#lists.get(id) ?? { items: 0, empty: undefined }
    list.empty = undefined
    this.#lists.set(id, list)
    return this.#items === undefined || id === result.id ? result : { ...result, id: `${id}#page${number}` }
  }
}

function pageValue({ bodyKind, body }: StoredResult): unknown {
  if (bodyKind !== 'json' || body === undefined) return bodyKind === 'none' ? undefined : body
  try {
    return parseJson(new TextDecoder().decode(body), 'source')
  } catch {
    return undefined
  }
}
