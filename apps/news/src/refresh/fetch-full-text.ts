import { Worker } from 'node:worker_threads'
import type { Clock } from 'sluice'
import type { ArticleContent } from '../model/news.ts'
import { type SourceAdapter, SourceError } from '../model/source.ts'
import { feedText } from '../sources/feed-text.ts'
import { fetchBytes } from './fetch-bytes.ts'
import type { PageToRead } from './full-text-thread.ts'
import type { SourceClients } from './source-clients.ts'

/** Path of the thread's file; the same in the sources and in the build. */
const threadFile = new URL(
  import.meta.url.endsWith('.ts') ? './full-text-thread.ts' : './full-text-thread.js',
  import.meta.url,
)

const mostBytes = 5_000_000
/** Milliseconds for fetching the page, retries included, and reading it. */
const deadline = 15_000
const longestRead = 20_000
/** Maximum number of characters stored of the text. */
const longestText = 500_000

interface FullTextLimits {
  /** Milliseconds for everything. @default 35 seconds */
  readonly left?: number | undefined
  readonly signal?: AbortSignal | undefined
}

/**
 * Fetches the page of an article and reads its text, within the limits of all feeds. A separate thread with limited
 * time and memory reads the page.
 *
 * @throws SourceError with a one-line reason if there is no text.
 */
export async function fetchFullText(
  clients: SourceClients,
  source: SourceAdapter,
  address: string,
  { left = deadline + longestRead, signal }: FullTextLimits = {},
): Promise<ArticleContent> {
  const { clock } = clients
  const endsAt = clock.now() + left
  const accept = 'text/html, application/xhtml+xml;q=0.9'
  const bounds = { accept, most: mostBytes, deadline: Math.min(deadline, left), signal }
  const page = await fetchBytes(clients, source, address, bounds).catch((error: unknown) => {
    throw new SourceError(`the page could not be fetched: ${error instanceof Error ? error.message : 'unknown error'}`)
  })
  if (page === undefined) throw new SourceError('the page is larger than 5 MB')
  if (!/html/i.test(page.type ?? 'text/html')) throw new SourceError('the address is not a web page')
  const longest = Math.max(0, Math.min(longestRead, endsAt - clock.now()))
  const text = await inThread({ html: feedText(page.bytes, page.type), url: page.url }, clock, longest, signal)
  if (text?.html === undefined) throw new SourceError('no article was found on the page')
  if (text.html.length > longestText) throw new SourceError('the text of the page is too long')
  return text
}

async function inThread(
  page: PageToRead,
  clock: Clock,
  longest: number,
  signal: AbortSignal | undefined,
): Promise<ArticleContent | undefined> {
  const worker = new Worker(threadFile, {
    workerData: page,
    // Drops the flags of the process: threads reject some of them, such as --input-type.
    execArgv: [],
    resourceLimits: { maxOldGenerationSizeMb: 256 },
  })
  const answer = Promise.withResolvers<ArticleContent | undefined>()
  const late = clock.timer(longest, () => answer.reject(new SourceError('the page takes too long to read')))
  const stop = (): void => answer.reject(new SourceError('it was stopped'))
  signal?.addEventListener('abort', stop, { once: true })
  if (signal?.aborted === true) stop()
  worker.once('message', answer.resolve)
  worker.once('error', () => answer.reject(new SourceError('the page cannot be read')))
  worker.once('exit', () => answer.reject(new SourceError('the page cannot be read')))
  try {
    return await answer.promise
  } finally {
    late.cancel()
    signal?.removeEventListener('abort', stop)
    await worker.terminate()
  }
}
