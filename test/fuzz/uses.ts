import { getEventListeners } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import type { CallResult, Client } from 'sluice'
import { ClosedError } from 'sluice/internal'
import { requestOf, wrongWith } from './requests.ts'
import type { Item, Use } from './round-plan.ts'
import { type OpenedSource, openSource, SourceError } from './sources.ts'
import type { WatchedServer } from './watched-server.ts'

export interface Round {
  readonly client: Client
  readonly servers: readonly WatchedServer[]
  /** Returns true after the client was closed. */
  readonly isClosed: () => boolean
}

type BulkUse = Extract<Use, { readonly source: unknown }>

/** Performs a use to its end. Returns the problems found. */
export async function doUse(use: Use, round: Round): Promise<readonly string[]> {
  const abort = new AbortController()
  const reason = new Error('the caller has left')
  const timer = use.abortAfter === undefined ? undefined : setTimeout(() => abort.abort(reason), use.abortAfter)
  const signal = use.abortAfter === undefined ? undefined : abort.signal
  const wrong: string[] = []
  try {
    if (use.kind === 'try') wrong.push(...(await doTry(use.item, round, signal)))
    else if (use.kind === 'all') wrong.push(...(await doAll(use, round, signal)))
    else wrong.push(...(await doStream(use, round, signal)))
  } catch (error) {
    const isExpected =
      (error === reason && abort.signal.aborted) ||
      (error instanceof SourceError && use.kind !== 'try' && use.source.throwsAt !== undefined) ||
      (error instanceof ClosedError && round.isClosed())
    if (!isExpected) wrong.push(`threw what nobody expects: ${String(error)}`)
  } finally {
    clearTimeout(timer)
  }
  const left = getEventListeners(abort.signal, 'abort').length
  if (left > 0) wrong.push(`left ${left} listeners at its AbortSignal`)
  return wrong.map((text) => `${use.kind}: ${text}`)
}

async function doTry(item: Item, { client, servers }: Round, signal: AbortSignal | undefined): Promise<string[]> {
  const result = await client.try(requestOf(item, servers), { signal })
  return [wrongWith(item, result)].filter((text) => text !== undefined)
}

/** True if a run may end before its source does. */
function mayEndEarly(use: BulkUse, { isClosed }: Round): boolean {
  const { failFast, maxFailures, maxTime } = use.options
  const isStopped = use.kind === 'stream' && (use.stopAfter !== undefined || use.leaveAfter !== undefined)
  return isStopped || failFast === true || maxFailures !== undefined || maxTime !== undefined || isClosed()
}

async function doAll(use: BulkUse, round: Round, signal: AbortSignal | undefined): Promise<string[]> {
  const { items, form } = use.source
  const source = openSource(use.source, (index) => requestOf(items[index]!, round.servers))
  const results = await round.client.all(source.requests, { ...use.options, signal })
  const wrong = checkResults(results, items)
  const isWhole = form === 'array' || !mayEndEarly(use, round)
  wrong.push(...checkNumber(results.length, isWhole ? [items.length, items.length] : source.read()))
  for (const [index, result] of results.entries()) {
    if (result?.index !== index) wrong.push(`the result at ${index} has the index ${result?.index}`)
  }
  return wrong
}

async function doStream(
  use: Extract<Use, { readonly kind: 'stream' }>,
  round: Round,
  signal: AbortSignal | undefined,
): Promise<string[]> {
  const { items } = use.source
  const source = openSource(use.source, (index) => requestOf(items[index]!, round.servers))
  const run = round.client.stream(source.requests, { ...use.options, signal })
  const timer = use.stopAfter === undefined ? undefined : setTimeout(() => run.stop('enough', 50), use.stopAfter)
  const results: CallResult[] = []
  let hasLeft = false
  const read = async () => {
    for (;;) {
      if (results.length >= (use.leaveAfter ?? Number.POSITIVE_INFINITY)) {
        hasLeft = true
        await run.return()
        return
      }
      const next = await run.next()
      if (next.done === true) return
      results.push(next.value)
      if (use.readingTime > 0) await sleep(use.readingTime)
    }
  }
  try {
    const ends = await Promise.allSettled(Array.from({ length: use.readers }, read))
    const failed = ends.find((end) => end.status === 'rejected')
    const wrong = checkResults(results, items)
    if (failed === undefined) wrong.push(...checkCount(use, round, { source, results, hasLeft }))
    if (wrong.length > 0) return wrong
    if (failed !== undefined) throw failed.reason
    return []
  } finally {
    clearTimeout(timer)
  }
}

interface Ended {
  readonly source: OpenedSource
  readonly results: readonly CallResult[]
  readonly hasLeft: boolean
}

function checkCount(use: Extract<Use, { readonly kind: 'stream' }>, round: Round, ended: Ended): string[] {
  const { source, results, hasLeft } = ended
  const wrong: string[] = []
  if (use.options.ordered === true && use.readers === 1) {
    const indexes = results.map(({ index }) => index)
    if (indexes.some((index, place) => index !== place)) wrong.push(`ordered, and came as ${indexes.join(' ')}`)
  }
  if (hasLeft) return wrong
  const { length } = use.source.items
  return [...wrong, ...checkNumber(results.length, mayEndEarly(use, round) ? source.read() : [length, length])]
}

function checkNumber(results: number, expected: readonly [number, number] | undefined): string[] {
  if (expected === undefined || (results >= expected[0] && results <= expected[1])) return []
  return [`${results} results for ${expected[1]} items that were read`]
}

function checkResults(results: readonly CallResult[], items: readonly Item[]): string[] {
  const wrong: string[] = []
  const indexes = new Set<number>()
  for (const result of results) {
    if (result === undefined) continue
    const item = items[result.index]
    if (item === undefined || result.id !== item.name) wrong.push(`a result for ${result.id}, which is no item`)
    else if (indexes.has(result.index)) wrong.push(`a second result for item ${item.name}`)
    else {
      const text = wrongWith(item, result)
      if (text !== undefined) wrong.push(text)
    }
    indexes.add(result.index)
  }
  return wrong
}
