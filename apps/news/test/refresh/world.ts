import { ConnectionLostError } from 'sluice'
import { type Cancellation, type OwnExchange, waitFor } from 'sluice/internal'
import { ManualClock, seededRandom } from 'sluice/testing'
import { memoryTransport, type Transport } from 'sluice/transport'
import type { SourceAdapter } from '../../src/model/source.ts'
import type { SourceResult } from '../../src/refresh/conclude.ts'
import { type RefreshOptions, refreshAll } from '../../src/refresh/refresh.ts'
import { SourceClients } from '../../src/refresh/source-clients.ts'
import { feed } from '../../src/sources/feed.ts'
import { guardian } from '../../src/sources/guardian.ts'
import { hackerNews } from '../../src/sources/hacker-news.ts'
import { newsApi } from '../../src/sources/news-api.ts'
import type { NewsStore } from '../../src/store/news-store.ts'
import { memoryNewsStore } from '../store/memory-store.ts'

export interface Asked {
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  readonly at: number
}

export interface Answer {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: unknown
  /** Milliseconds; `Infinity` for never. @default 100 */
  readonly after?: number
}

export const secrets = { newsApi: 'news-4711', guardian: 'guard-4711' } as const

/** The four kinds of sources. */
export const four: readonly SourceAdapter[] = [
  newsApi({ key: secrets.newsApi }),
  guardian({ key: secrets.guardian }),
  hackerNews({ count: 30 }),
  feed({ url: 'https://blog.test/feed.xml' }),
]

/** The host of each source. */
export const hosts: Readonly<Record<string, string>> = {
  newsapi: 'newsapi.org',
  guardian: 'content.guardianapis.com',
  hn: 'hacker-news.firebaseio.com',
  'https://blog.test/feed.xml': 'blog.test',
}

/** Responses of healthy servers: three articles of NewsAPI and The Guardian, thirty stories, two feed items. */
function healthy({ url }: Asked): Answer {
  const numbers = [1, 2, 3]
  switch (url.host) {
    case 'newsapi.org':
      return {
        body: {
          status: 'ok',
          totalResults: 3,
          articles: numbers.map((n) => ({ title: `Headline ${n}`, url: `https://daily.test/${n}` })),
        },
      }
    case 'content.guardianapis.com': {
      const results = numbers.map((n) => ({ id: `w/${n}`, webTitle: `World ${n}`, webUrl: `https://g.test/${n}` }))
      return { body: { response: { status: 'ok', pages: 1, results } } }
    }
    case 'hacker-news.firebaseio.com': {
      if (url.pathname.endsWith('stories.json')) return { body: Array.from({ length: 500 }, (_, index) => index + 1) }
      const id = Number(/(\d+)\.json$/.exec(url.pathname)?.[1])
      return { body: { id, type: 'story', title: `Story ${id}`, time: 1_767_000_000 } }
    }
    default: {
      const item = (n: number) => `<item><title>Post ${n}</title><guid>https://blog.test/${n}</guid></item>`
      return { body: `<rss version="2.0"><channel><title>Blog</title>${item(1)}${item(2)}</channel></rss>` }
    }
  }
}

/** In-process servers on a virtual clock, a store, and a record of the requests. */
export class World {
  readonly clock: ManualClock = new ManualClock()
  readonly asked: Asked[] = []
  readonly transport: Transport
  readonly store: NewsStore = memoryNewsStore()
  clients: SourceClients
  /** Response to a request; undefined for the one of a healthy server. */
  answer: (asked: Asked, count: number) => Answer | Error | undefined = () => undefined
  inFlight = 0
  /** Maximum number of concurrent requests to all hosts together. */
  maxAtOnce = 0
  /** Maximum number of concurrent requests by host. */
  readonly mostInFlight: Record<string, number> = {}
  readonly #here = new Map<string, Set<Asked>>()

  constructor() {
    this.transport = memoryTransport(async (request, exchange) => {
      const { cancellation } = exchange as OwnExchange
      const asked = { url: new URL(request.url), headers: request.headers, at: this.clock.now() }
      this.asked.push(asked)
      this.inFlight++
      this.maxAtOnce = Math.max(this.maxAtOnce, this.inFlight)
      const { host } = asked.url
      const here = (this.#here.get(host) ?? new Set()).add(asked)
      this.#here.set(host, here)
      this.mostInFlight[host] = Math.max(this.mostInFlight[host] ?? 0, here.size)
      const answer = this.answer(asked, this.asked.length) ?? healthy(asked)
      try {
        await this.#wait(answer instanceof Error ? 100 : (answer.after ?? 100), cancellation)
      } finally {
        this.inFlight--
        here.delete(asked)
      }
      if (answer instanceof Error) throw answer
      const { status = 200, headers = {}, body = '' } = answer
      const text = typeof body === 'string' ? body : JSON.stringify(body)
      return { status, headers, body: new TextEncoder().encode(text) }
    })
    this.clients = this.restart()
  }

  /** Creates new clients, as after a restart of the program: only the store persists. */
  restart(): SourceClients {
    const { clock, transport, store } = this
    this.clients = new SourceClients(store, { clock, transport, random: seededRandom(1) })
    return this.clients
  }

  /** Refreshes, and advances the clock until that is done. */
  refresh(options: Partial<RefreshOptions> = {}, sources = four): Promise<readonly SourceResult[]> {
    const { clock, clients, store } = this
    return clock.runUntilSettled(refreshAll(sources, store, { deadline: '5s', clients, ...options }), 100 * 86_400_000)
  }

  askedOf(host: string): Asked[] {
    return this.asked.filter(({ url }) => url.host === host)
  }

  async #wait(milliseconds: number, cancellation: Cancellation): Promise<void> {
    const isDone =
      milliseconds === Number.POSITIVE_INFINITY
        ? await new Promise<false>((resolve) => cancellation.onCancel(() => resolve(false)))
        : await waitFor(this.clock, milliseconds, cancellation)
    if (!isDone) throw new ConnectionLostError('cancelled')
  }
}
