import process from 'node:process'
import { systemClock } from 'sluice/internal'
import { every } from '../refresh/every.ts'
import { refreshAll } from '../refresh/refresh-all.ts'
import { createNewsApp } from '../web/create-news-app.ts'
import { serveNews } from '../web/serve-news.ts'
import type { NewsIo } from './news-io.ts'
import type { Reader } from './reader.ts'
import { cleanText } from './story-text.ts'

/** For all sources together, each time. */
const deadline = 60_000

export interface ServeFlags {
  readonly port: number
  /** Milliseconds between two looks at what is due. */
  readonly every: number
}

/** Serves the reader until it is told to stop (SIGINT, SIGTERM), and looks after its sources meanwhile. */
export async function serveReader(reader: Reader, { port, every: interval }: ServeFlags, io: NewsIo): Promise<number> {
  const { sources, store, off } = reader
  const say = (text: string): void => {
    io.stderr.write(`${cleanText(text)}\n`)
  }
  const leaving = new AbortController()
  const onError = (error: unknown): void => {
    if (!leaving.signal.aborted) say(`error: ${error instanceof Error ? error.message : String(error)}`)
  }
  const refresh = (): Promise<unknown> => refreshAll(sources, store, { deadline, signal: leaving.signal })
  const app = createNewsApp({ store, clock: systemClock, sources, refresh, onError })
  const { url, close } = await serveNews({ app, port })
  io.stdout.write(`listening ${url}\n`)
  for (const { title, why } of off) say(`${title}: ${why}`)

  const schedule = every(interval, refresh, { onError })
  const signal = await stopSignal()
  say('stopping')
  leaving.abort(new Error('the reader is stopped'))
  await Promise.all([schedule.stop(), close()])
  return signal === 'SIGINT' ? 130 : 143
}

/** The first request to stop. A second one ends the process as it would any other. */
async function stopSignal(): Promise<'SIGINT' | 'SIGTERM'> {
  const names = ['SIGINT', 'SIGTERM'] as const
  const stopped = Promise.withResolvers<'SIGINT' | 'SIGTERM'>()
  const listeners = names.map((name) => () => stopped.resolve(name))
  for (const [index, name] of names.entries()) process.on(name, listeners[index]!)
  const signal = await stopped.promise
  for (const [index, name] of names.entries()) process.off(name, listeners[index]!)
  return signal
}
