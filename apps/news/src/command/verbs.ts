import { once } from 'node:events'
import process from 'node:process'
import type { Writable } from 'node:stream'
import { formatDuration } from 'sluice'
import { messageOf, systemClock } from 'sluice/internal'
import { SourceError } from '../model/source.ts'
import { type BenchFigures, bench } from '../refresh/bench.ts'
import { isSuccess, type SourceResult } from '../refresh/conclude.ts'
import { every } from '../refresh/every.ts'
import { fetchFullText } from '../refresh/fetch-full-text.ts'
import { fetchImage, mostBytes } from '../refresh/fetch-image.ts'
import { findFeeds } from '../refresh/find-feeds.ts'
import { isFetched, refreshAll } from '../refresh/refresh.ts'
import { SourceClients } from '../refresh/source-clients.ts'
import type { FetchImage } from '../web/context.ts'
import { createNewsApp } from '../web/create-news-app.ts'
import { serveNews } from '../web/serve-news.ts'
import { LiveSources } from './live-sources.ts'
import type { Reader } from './reader.ts'
import { cleanText } from './story-text.ts'

/** Streams and environment of the command. */
export interface NewsIo {
  readonly stdout: Writable & { readonly isTTY?: boolean }
  readonly stderr: Writable
  readonly env: NodeJS.ProcessEnv
}

export interface FetchFlags {
  readonly force?: boolean | undefined
  /** Milliseconds for all sources together. */
  readonly deadline: number
  readonly strict?: boolean | undefined
}

/**
 * Fetches all sources that are due, and prints a line for each as it ends. Exit code 3 if all failed, or with `strict`
 * if any did. On a signal it stops; articles that arrived until then stay stored.
 */
export async function fetchNews(
  { sources, off, store, titles, allowPrivate }: Reader,
  { force, deadline, strict }: FetchFlags,
  stderr: Writable,
): Promise<number> {
  const say = (title: string, text: string): void => {
    stderr.write(`${cleanText(`${title}: ${text}`)}\n`)
  }
  using stop = new StopSignal()
  let kept = 0
  let ended = 0
  const onResult = ({ source, message, added }: SourceResult): void => {
    kept += added
    if (!stop.signal.aborted) ended++
    say(titles.get(source) ?? source, message)
  }
  await using clients = new SourceClients(store, { allowPrivate })
  const { signal } = stop
  const results = await refreshAll(sources, store, { deadline, isForced: force, onResult, clients, signal }).catch(
    (error: unknown) => {
      if (stop.exitCode === undefined) throw error
    },
  )
  if (results === undefined) {
    const articles = kept === 1 ? '1 new article is' : `${kept} new articles are`
    stderr.write(
      `stopped after ${ended} of ${sources.filter(isFetched).length} sources: ${articles} stored; the next fetch continues with the others\n`,
    )
    return stop.exitCode!
  }
  for (const { title, why } of off) say(title, why)
  for (const { key, isMuted } of sources) if (isMuted === true) say(titles.get(key) ?? key, 'muted in its settings')
  const failed = results.filter(({ state }) => !isSuccess(state)).length
  if (failed === 0) return 0
  return strict === true || failed === results.length ? 3 : 0
}

/** Milliseconds for all sources of a round. */
const deadline = 60_000

export interface BenchFlags {
  readonly rounds: number
  readonly json?: boolean | undefined
}

/** Fetches sources sequentially and concurrently; prints the medians of both, failures and the speedup. */
export async function benchSources(
  { sources, store, titles }: Reader,
  flags: BenchFlags,
  stdout: Writable,
): Promise<number> {
  const table = await bench(sources.filter(isFetched), store, { deadline, rounds: flags.rounds })
  const { rows, total, rounds, speedup, noSpeedup, dominant } = table
  const exitCode = total.concurrent.articles > 0 ? 0 : 3
  if (flags.json === true) {
    stdout.write(`${JSON.stringify(table)}\n`)
    return exitCode
  }
  const nameOf = (source: string): string => cleanText(titles.get(source) ?? source)
  const width = Math.max(5, ...rows.map(({ source }) => nameOf(source).length))
  const line = (name: string, ...cells: readonly (string | number)[]): string =>
    `${name.padEnd(width)}${cells.map((cell, at) => String(cell).padStart(at % 3 === 0 ? 14 : 10)).join('')}\n`
  const cells = ({ ms, requests, articles }: BenchFigures): (string | number)[] => [
    formatDuration(ms),
    requests,
    articles,
  ]
  stdout.write(line('', 'sequential', 'requests', 'articles', 'concurrent', 'requests', 'articles'))
  for (const { source, sequential, concurrent } of rows)
    stdout.write(line(nameOf(source), ...cells(sequential), ...cells(concurrent)))
  stdout.write(line('all', ...cells(total.sequential), ...cells(total.concurrent)))
  stdout.write(`\n${rounds === 1 ? 'one round' : `medians of ${rounds} alternating rounds`}\n`)
  for (const { source, sequential, concurrent } of rows)
    for (const [way, { failure }] of Object.entries({ sequential, concurrent }))
      if (failure !== undefined) stdout.write(`failed, ${way}: ${nameOf(source)}: ${cleanText(failure)}\n`)
  if (dominant !== undefined) {
    const of = formatDuration(total[dominant.way].ms)
    stdout.write(`${nameOf(dominant.source)} takes ${formatDuration(dominant.ms)} of ${of}, ${dominant.way}\n`)
  }
  stdout.write(speedup === undefined ? `no ratio: ${noSpeedup}\n` : `concurrent: ${speedup.toFixed(1)} times as fast\n`)
  return exitCode
}

export interface ServeFlags {
  readonly port: number
  /** Milliseconds between two checks for sources that are due. */
  readonly every: number
  /** Fetch images of articles through this server instead of the browser. */
  readonly proxyImages?: boolean | undefined
}

/** Serves the reader until SIGINT or SIGTERM, and refreshes its sources in the background. */
export async function serveReader(
  reader: Reader,
  { port, every: interval, proxyImages }: ServeFlags,
  io: NewsIo,
): Promise<number> {
  const { store, allowPrivate } = reader
  const say = (text: string): void => {
    io.stderr.write(`${cleanText(text)}\n`)
  }
  using stop = new StopSignal()
  const { signal } = stop
  const onError = (error: unknown): void => {
    if (!signal.aborted) say(`error: ${messageOf(error)}`)
  }
  await using clients = new SourceClients(store, { allowPrivate })
  await using live = new LiveSources(reader, io.env)
  const refresh = (): Promise<unknown> => refreshAll(live.sources, store, { deadline, clients, signal })
  const imageOf =
    (most: number): FetchImage =>
    async (key, address) => {
      const source = live.sources.find((one) => one.key === key)
      return source === undefined ? undefined : await fetchImage(clients, source, address, most)
    }
  const app = createNewsApp({
    store,
    clock: systemClock,
    sources: () => live.sources,
    refresh,
    icon: imageOf(mostBytes.icon),
    image: proxyImages === true ? imageOf(mostBytes.image) : undefined,
    fullText: async (key, address) => {
      const source = live.sources.find((one) => one.key === key)
      if (source === undefined) throw new SourceError('its source is no longer configured')
      return await fetchFullText(clients, source, address)
    },
    feeds:
      reader.settingsPath === undefined
        ? undefined
        : {
            path: reader.settingsPath,
            find: (address) => findFeeds(clients, address),
            onChange: () => live.update(),
          },
    off: () => live.off,
    onError,
  })
  const { url, close } = await serveNews({ app, port })
  io.stdout.write(`listening ${url}\n`)
  const sayOff = (): void => {
    for (const { title, why } of live.off) say(`${title}: ${why}`)
  }
  sayOff()

  const schedule = every(interval, refresh, { onError })
  // New sources of the list are fetched immediately, the others when they are due.
  live.watch(() => {
    sayOff()
    refresh().catch(onError)
  }, onError)
  if (!signal.aborted) await once(signal, 'abort')
  say('stopping')
  await Promise.all([schedule.stop(), close()])
  return stop.exitCode!
}

/** Stops on the first SIGINT or SIGTERM. A second one ends the process as usual. */
class StopSignal implements Disposable {
  readonly #stopping = new AbortController()
  readonly #listeners = (['SIGINT', 'SIGTERM'] as const).map((name) => {
    const listener = (): void => {
      this.exitCode = name === 'SIGINT' ? 130 : 143
      this[Symbol.dispose]()
      this.#stopping.abort(new Error('the reader is stopped'))
    }
    process.on(name, listener)
    return { name, listener }
  })
  /** Exit code of the received signal; undefined before. */
  exitCode: 130 | 143 | undefined

  get signal(): AbortSignal {
    return this.#stopping.signal
  }

  [Symbol.dispose](): void {
    for (const { name, listener } of this.#listeners) process.off(name, listener)
  }
}
