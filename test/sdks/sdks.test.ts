import { createOpenAI } from '@ai-sdk/openai'
import Anthropic from '@anthropic-ai/sdk'
import { GoogleGenAI } from '@google/genai'
import { Client as Notion } from '@notionhq/client'
import { streamText } from 'ai'
import { GraphQLClient } from 'graphql-request'
import ky from 'ky'
import { createFetch } from 'ofetch'
import OpenAI, { toFile } from 'openai'
import createOpenApi from 'openapi-fetch'
import { type Client, type ClientOptions, createClient } from 'sluice'
import Stripe from 'stripe'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { pause, type StreamingApi, streamingApi } from './streaming-api.ts'

// SDKs that nobody here wrote, on client.fetch, against look-alikes of their APIs: npm run test:sdks.

let api: StreamingApi
let client: Client
const open = (options: ClientOptions = {}): Client => createClient({ proxy: 'none', concurrency: 10, ...options })

beforeAll(async () => {
  api = await streamingApi()
})
afterAll(() => api[Symbol.asyncDispose]())
beforeEach(() => {
  client = open()
  return () => client.close()
})

type Fetch = typeof fetch
type Ask = (model: string, signal?: AbortSignal) => AsyncGenerator<string>

/** Each model SDK streams the words of an answer. */
const models: Record<string, (given: Fetch, url: string) => Ask> = {
  openai: (given, url) => {
    const sdk = new OpenAI({ apiKey: 'made-up', baseURL: `${url}/v1`, fetch: given, maxRetries: 0 })
    return async function* (model, signal) {
      const messages = [{ role: 'user' as const, content: 'count' }]
      const stream = await sdk.chat.completions.create({ model, messages, stream: true }, { signal })
      for await (const { choices } of stream) yield choices[0]?.delta.content ?? ''
    }
  },
  '@anthropic-ai/sdk': (given, url) => {
    const sdk = new Anthropic({ apiKey: 'made-up', baseURL: url, fetch: given, maxRetries: 0 })
    return async function* (model, signal) {
      const messages = [{ role: 'user' as const, content: 'count' }]
      const stream = await sdk.messages.create({ model, max_tokens: 9, messages, stream: true }, { signal })
      for await (const event of stream) {
        if (event.type === 'content_block_delta' && event.delta.type === 'text_delta') yield event.delta.text
      }
    }
  },
  '@google/genai': (given, url) => {
    const sdk = new GoogleGenAI({ apiKey: 'made-up', httpOptions: { baseUrl: url, fetch: given } })
    return async function* (model, signal) {
      const config = signal === undefined ? {} : { abortSignal: signal }
      const stream = await sdk.models.generateContentStream({ model, contents: 'count', config })
      for await (const { text } of stream) yield text ?? ''
    }
  },
  'ai and @ai-sdk/openai': (given, url) => {
    const provider = createOpenAI({ apiKey: 'made-up', baseURL: `${url}/v1`, fetch: given })
    return async function* (model, signal) {
      let failure: unknown
      const { textStream } = streamText({
        model: provider.chat(model),
        prompt: 'count',
        maxRetries: 0,
        abortSignal: signal,
        onError: ({ error }) => {
          failure = error
        },
      })
      for await (const text of textStream) yield text
      if (failure !== undefined) throw failure
    }
  },
}

async function all(words: AsyncIterable<string>): Promise<string> {
  let text = ''
  for await (const word of words) text += word
  return text
}

async function firstAfter(words: AsyncGenerator<string>): Promise<number> {
  const startedAt = performance.now()
  for await (const word of words) {
    if (word !== '') return performance.now() - startedAt
  }
  return Number.NaN
}

const median = (times: number[]): number => times.sort((a, b) => a - b)[Math.floor(times.length / 2)]!

describe.each(Object.keys(models))('%s', (name) => {
  const ask = (given: Fetch = client.fetch): Ask => models[name]!(given, api.url)

  it('streams, and its first word is there as soon as without the client', async () => {
    const times = { bare: [] as number[], ours: [] as number[] }
    await all(ask()('x'))
    for (let round = 0; round < 15; round++) {
      times.bare.push(await firstAfter(ask(fetch)('x')))
      times.ours.push(await firstAfter(ask()('x')))
    }
    const [bare, ours] = [median(times.bare), median(times.ours)]
    process.stdout.write(
      `${name}: first word after ${bare.toFixed(1)} ms alone, ${ours.toFixed(1)} ms on client.fetch\n`,
    )
    expect(ours - bare).toBeLessThan(5)
  })

  it('gets every word, after a refusal that the client waits out', async () => {
    const before = api.seen.length
    expect(await all(ask()('busy'))).toBe('one two three four')
    expect(api.seen.length - before).toBeLessThanOrEqual(2)
  })

  it('has an error, and no silent end, where the stream is cut', async () => {
    const before = api.seen.length
    await expect(all(ask()('cut'))).rejects.toThrow()
    expect(api.seen.length - before).toBe(1)
    expect(client.status().inFlight).toBe(0)
  })

  it('frees its permit when it is aborted in the middle', async () => {
    const controller = new AbortController()
    const words = ask()('x', controller.signal)
    for (let word = await words.next(); word.value === ''; word = await words.next());
    controller.abort()
    await Promise.allSettled([all(words)])
    await expect.poll(() => [client.status().inFlight, api.inFlight], { timeout: 2 * pause }).toEqual([0, 0])
  })
})

describe('50 streams at once', () => {
  it('are never more than 10 at the server', async () => {
    await using own = await streamingApi()
    const ask = models.openai!(client.fetch, own.url)
    const texts = await Promise.all(Array.from({ length: 50 }, () => all(ask('x'))))
    expect(new Set(texts)).toEqual(new Set(['one two three four']))
    expect(own.most).toBe(10)
  })
})

describe('other SDKs on client.fetch', () => {
  it('openai uploads a file', async () => {
    const sdk = new OpenAI({ apiKey: 'made-up', baseURL: `${api.url}/v1`, fetch: client.fetch, maxRetries: 0 })
    await sdk.files.create({ file: await toFile(Buffer.alloc(300_000, 'x'), 'pens.jsonl'), purpose: 'batch' })
    expect(api.seen.at(-1)!.body.length).toBeGreaterThan(300_000)
  })

  it('stripe', async () => {
    const { hostname, port } = new URL(api.url)
    const stripe = new Stripe('sk_made_up', {
      httpClient: Stripe.createFetchHttpClient(client.fetch),
      host: hostname,
      port: Number(port),
      protocol: 'http',
      maxNetworkRetries: 0,
    })
    expect(await stripe.charges.retrieve('ch_1')).toMatchObject({ id: 'ch_1', amount: 100 })
  })

  it('@notionhq/client', async () => {
    const notion = new Notion({ auth: 'made-up', baseUrl: api.url, fetch: client.fetch as never })
    expect(await notion.pages.retrieve({ page_id: 'p1' })).toMatchObject({ object: 'page', id: 'p1' })
  })

  it('openapi-fetch', async () => {
    const { GET, POST } = createOpenApi<never>({ baseUrl: api.url, fetch: client.fetch }) as unknown as Record<
      'GET' | 'POST',
      (path: string, init?: object) => Promise<{ data?: unknown; error?: unknown; response: Response }>
    >
    expect((await GET('/things')).data).toEqual({ path: '/things', length: 0 })
    expect((await POST('/things', { body: { a: 1 } })).data).toEqual({ path: '/things', length: 7 })
    const missing = await GET('/missing')
    expect([missing.error, missing.response.status]).toEqual([{ message: 'not here' }, 404])
  })

  it('graphql-request', async () => {
    const graphql = new GraphQLClient(`${api.url}/graphql`, { fetch: client.fetch })
    expect(await graphql.request('{ pens { id } }')).toEqual({ pens: [{ id: 7 }] })
  })

  it('ky, without its own retries and timeout', async () => {
    const on = ky.create({ fetch: client.fetch, retry: 0, timeout: false })
    expect(await on.post(`${api.url}/busy`, { json: { a: 1 } }).json()).toEqual({ path: '/busy', length: 7 })
    await expect(on.get(`${api.url}/missing`).json()).rejects.toMatchObject({ name: 'HTTPError' })
  })

  it('ofetch, without its own retries', async () => {
    const on = createFetch({ fetch: client.fetch, defaults: { retry: 0 } })
    expect(await on(`${api.url}/things`, { method: 'POST', body: { a: 1 } })).toEqual({ path: '/things', length: 7 })
    await expect(on(`${api.url}/missing`)).rejects.toMatchObject({ statusCode: 404 })
  })
})

describe('a Response', () => {
  it('has what the platform’s has', async () => {
    const response = await client.fetch(`${api.url}/things`)
    const clone = response.clone()
    expect([response.url, response.redirected, response.ok, response.type, response.bodyUsed]).toEqual([
      `${api.url}/things`,
      false,
      true,
      'default',
      false,
    ])
    expect(response.headers.getSetCookie()).toEqual(['a=1', 'b=2'])
    expect(await response.json()).toEqual(await clone.json())
    expect(client.status().inFlight).toBe(0)
  })

  it.each<[string, () => RequestInit['body']]>([
    ['a form', () => Object.assign(new FormData(), {})],
    ['a blob', () => new Blob(['x'.repeat(100_000)])],
    ['a file', () => new File(['x'.repeat(100_000)], 'a.txt')],
  ])('comes for %s', async (_, body) => {
    const response = await client.fetch(`${api.url}/upload`, { method: 'POST', body: body() })
    expect(response.status).toBe(200)
  })
})
