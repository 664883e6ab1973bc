import type { Hono } from 'hono'
import { ManualClock } from 'sluice/testing'
import { type ParsedPage, parsePage } from '../../../../test/pages/parsed-page.ts'
import { createNewsApp, type NewsAppOptions, type NewsStore } from '../../src/index.ts'
import { noon, sampleHealth, sampleSources, sampleStories } from './sample-news.ts'
import { smallStore } from './small-store.ts'

const token = 'token-of-the-test'

/** A simulated browser that visits the reader. */
export interface Visitor {
  readonly app: Hono
  readonly store: NewsStore
  readonly clock: ManualClock
  get(path: string, headers?: Readonly<Record<string, string>>): Promise<Response>
  /** Requests and parses the page at a path, by the rules of the HTML standard. */
  page(path: string): Promise<ParsedPage>
  /** Sends a form as from one of the reader's pages; given headers and fields override the usual ones. */
  post(path: string, fields: Fields, headers?: Readonly<Record<string, string>>): Promise<Response>
}

type Fields = Readonly<Record<string, string | readonly string[]>>

/** Opens the reader with the sample stories, or with others. */
export function visitor(options: Partial<NewsAppOptions> = {}): Visitor {
  const clock = new ManualClock({ wallTime: noon })
  const store = options.store ?? smallStore(sampleStories(), sampleHealth)
  const app = createNewsApp({ clock, sources: sampleSources, token, ...options, store })
  const get: Visitor['get'] = async (path, headers = {}) =>
    await app.request(path, { headers: { host: 'localhost:8080', ...headers } })
  return {
    app,
    store,
    clock,
    get,
    page: async (path) => parsePage(await (await get(path)).text()),
    post: async (path, fields, headers = {}) =>
      await app.request(path, {
        method: 'POST',
        body: formOf({ token, ...fields }).toString(),
        headers: {
          host: 'localhost:8080',
          'sec-fetch-site': 'same-origin',
          'content-type': 'application/x-www-form-urlencoded',
          ...headers,
        },
      }),
  }
}

function formOf(fields: Fields): URLSearchParams {
  return new URLSearchParams(
    Object.entries(fields).flatMap(([name, value]) => [value].flat().map((one) => [name, one] as [string, string])),
  )
}
