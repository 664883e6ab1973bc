import type { Writable } from 'node:stream'
import { refreshAll } from '../refresh/refresh-all.ts'
import type { Reader } from './reader.ts'
import { cleanText } from './story-text.ts'

export interface FetchFlags {
  readonly force?: boolean | undefined
  /** Milliseconds for all sources together. */
  readonly deadline: number
  readonly strict?: boolean | undefined
}

/** What worked, if only because there was nothing to do. */
const good: ReadonlySet<string> = new Set(['ok', 'unchanged'])

/** Asks all sources that are due, and says a line of each. Exit code 3 if all failed, or with `strict` if any did. */
export async function fetchNews(
  { sources, off, store, titles }: Reader,
  { force, deadline, strict }: FetchFlags,
  stderr: Writable,
): Promise<number> {
  const results = await refreshAll(sources, store, { deadline, isForced: force })
  const say = (title: string, text: string): void => {
    stderr.write(`${cleanText(`${title}: ${text}`)}\n`)
  }
  for (const { source, message } of results) say(titles.get(source) ?? source, message)
  for (const { title, why } of off) say(title, why)
  const failed = results.filter(({ state }) => !good.has(state)).length
  if (failed === 0) return 0
  return strict === true || failed === results.length ? 3 : 0
}
