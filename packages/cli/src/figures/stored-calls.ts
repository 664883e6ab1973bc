import type { CallFilter, FoundCall, FoundCalls } from '@sluice/dashboard'
import type { RunStore, StoredResult, StoredRun } from 'sluice/stores'
import { redactUrls } from '../outputs/redactor.ts'
import { foundCall, foundHeaders, maxFound } from './found-call.ts'
import { storedBar } from './run-collector.ts'

/** Number of items that one query looks at. */
const part = 50_000
/** Milliseconds after which a search answers with what it has found. */
const searchMs = 400
/** Maximum bytes of bodies read with one page. */
const maxBytes = 1024 * 1024

/**
 * Results of a stored run that match a filter, by index. A search for something rare looks at every row: it is done in
 * parts, and ends early with the position from which the next search goes on.
 */
export async function storedCalls(
  store: RunStore,
  run: StoredRun,
  { text, endings, isFailed = false, index, after = -1 }: CallFilter,
): Promise<FoundCalls> {
  if (index !== undefined) {
    const found = await store.results(run.id, { after: index - 1, below: index + 1, limit: 1, maxBytes: 1 })
    return { calls: found.map((result) => ({ ...storedCall(result, run), ...headersOf(result) })) }
  }
  const filter = { ...(isFailed ? { ok: false } : undefined), text, endings }
  const until = performance.now() + searchMs
  const calls: FoundCall[] = []
  for (let from = after; ; ) {
    const limit = maxFound - calls.length
    // What is stored beyond the position that was read last is few.
    const below = from + part < run.read ? from + part : undefined
    const found = await store.results(run.id, { ...filter, after: from, below, limit, maxBytes })
    calls.push(...found.map((result) => storedCall(result, run)))
    const last = found.at(-1)
    if (last === undefined && below === undefined) return { calls }
    // A page is short at the end of its part, or because of large bodies.
    from = last?.index ?? below! - 1
    if (calls.length >= maxFound || performance.now() > until) return { calls, next: from }
  }
}

function storedCall(result: StoredResult, run: StoredRun): FoundCall {
  return foundCall(storedBar(result, run.createdAt), result.settledAt - run.createdAt, result, result.error?.message)
}

/** Response headers that the run kept: `content-type`, and those of `--include-headers`. */
function headersOf({ headers }: StoredResult): Partial<FoundCall> {
  return headers === undefined ? {} : { responseHeaders: foundHeaders(headers, redactUrls) }
}
