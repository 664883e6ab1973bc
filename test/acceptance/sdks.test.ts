import { Octokit } from '@octokit/core'
import { createClient as createSupabase } from '@supabase/supabase-js'
import OpenAI, { toFile } from 'openai'
import { type Client, createClient } from 'sluice'
import { describe, expect, it } from 'vitest'
import { type LookAlike, type LookAlikeAnswer, lookAlike } from './sdk-server.ts'

// Libraries that nobody here wrote, given the `fetch` of a client, against look-alikes of their APIs.

const mostAllowed = 3
const calls = 12

function limitedClient(): Client {
  return createClient({ concurrency: mostAllowed, rate: '50/s', proxy: 'none' })
}

/** All were answered, one refusal was followed by a wait of a second, and it was never more than it may be. */
function expectLimits({ seen, maxAtOnce }: LookAlike): void {
  const refused = seen.filter(({ status }) => status === 429)
  // Those that were on their way when the first was refused may have been let in.
  expect(refused).toHaveLength(1)
  expect(seen).toHaveLength(calls + 1)
  expect(maxAtOnce).toBeLessThanOrEqual(mostAllowed)
  expect(maxAtOnce).toBeGreaterThan(1)
  const afterPause = seen.filter(({ at }) => at > refused[0]!.at + 200)
  expect(afterPause.length).toBeGreaterThan(calls - mostAllowed)
  expect(Math.min(...afterPause.map(({ at }) => at)) - refused[0]!.at).toBeGreaterThan(990)
  // 50 a second: 20 ms from one to the next, less what a busy machine may hold up the first by.
  const last = afterPause.at(-1)!.at - afterPause[0]!.at
  expect(last).toBeGreaterThan((afterPause.length - 1) * 14)
}

const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1)

describe('openai', () => {
  const completion = (content: string) => ({
    id: 'c-1',
    object: 'chat.completion',
    created: 0,
    model: 'small',
    choices: [
      { index: 0, finish_reason: 'stop', logprobs: null, message: { role: 'assistant', content, refusal: null } },
    ],
  })

  function answer({ path, body }: { readonly path: string; readonly body: string }): LookAlikeAnswer {
    if (path === '/v1/files') return { body: { id: 'f-1', object: 'file', bytes: body.length, filename: 'pens.jsonl' } }
    const { messages, stream } = JSON.parse(body) as { messages: { content: string }[]; stream?: boolean }
    const content = messages[0]!.content
    if (content === 'bad') return { status: 400, body: { error: { message: 'say something else', code: 'bad_words' } } }
    if (stream !== true) return { body: completion(`heard: ${content}`) }
    const events = ['one', 'two'].map((part) => ({
      ...completion(''),
      object: 'chat.completion.chunk',
      choices: [{ index: 0, delta: { content: part }, finish_reason: null }],
    }))
    return {
      headers: { 'content-type': 'text/event-stream' },
      body: [...events.map((event) => `data: ${JSON.stringify(event)}\n\n`), 'data: [DONE]\n\n'].join(''),
    }
  }

  it('is limited, paced and tried again by the client; its own retries are off', async () => {
    await using server = await lookAlike(mostAllowed, answer)
    await using client = limitedClient()
    const openai = new OpenAI({ apiKey: 'made-up', baseURL: `${server.url}/v1`, fetch: client.fetch, maxRetries: 0 })
    const ask = (content: string) =>
      openai.chat.completions.create({ model: 'small', messages: [{ role: 'user', content }] })

    const answers = await Promise.all(upTo(calls).map((n) => ask(`pen ${n}`)))

    expect(answers.map(({ choices }) => choices[0]!.message.content)).toEqual(upTo(calls).map((n) => `heard: pen ${n}`))
    expectLimits(server)
    expect(server.seen.every(({ headers }) => headers.authorization === 'Bearer made-up')).toBe(true)
    expect(server.seen.every(({ headers }) => headers['x-stainless-retry-count'] === '0')).toBe(true)
  })

  it('gets errors, forms and streams as it expects them', async () => {
    await using server = await lookAlike(mostAllowed, answer)
    await using client = limitedClient()
    const openai = new OpenAI({ apiKey: 'made-up', baseURL: `${server.url}/v1`, fetch: client.fetch, maxRetries: 0 })
    const messages = [{ role: 'user' as const, content: 'bad' }]

    await expect(openai.chat.completions.create({ model: 'small', messages })).rejects.toMatchObject({
      name: 'Error',
      status: 400,
      code: 'bad_words',
    })
    const file = await openai.files.create({ file: await toFile(Buffer.from('{}'), 'pens.jsonl'), purpose: 'batch' })
    const sent = server.seen.at(-1)!
    expect(file.id).toBe('f-1')
    expect(sent.headers['content-type']).toMatch(/^multipart\/form-data; boundary=/)
    expect(sent.body).toContain('filename="pens.jsonl"')

    const parts: (string | null | undefined)[] = []
    const stream = await openai.chat.completions.create({
      model: 'small',
      messages: [{ role: 'user', content: 'count' }],
      stream: true,
    })
    for await (const { choices } of stream) parts.push(choices[0]!.delta.content)
    expect(parts).toEqual(['one', 'two'])
  })
})

describe('@octokit/core', () => {
  const answer = ({ path }: { readonly path: string }): LookAlikeAnswer =>
    path.startsWith('/repos/ada/pens/issues/')
      ? { body: { number: Number(path.split('/').at(-1)), title: 'leaks' } }
      : { status: 404, body: { message: 'not here' } }

  it('is limited, paced and tried again by the client; it has no retries of its own', async () => {
    await using server = await lookAlike(mostAllowed, answer)
    await using client = limitedClient()
    const octokit = new Octokit({ baseUrl: server.url, auth: 'made-up', request: { fetch: client.fetch } })

    const answers = await Promise.all(
      upTo(calls).map((issue_number) =>
        octokit.request('GET /repos/{owner}/{repo}/issues/{issue_number}', {
          owner: 'ada',
          repo: 'pens',
          issue_number,
        }),
      ),
    )

    expect(answers.map(({ data }) => data.number)).toEqual(upTo(calls))
    expect(answers[0]!.url).toBe(`${server.url}/repos/ada/pens/issues/1`)
    expectLimits(server)
    expect(server.seen.every(({ headers }) => headers.authorization === 'token made-up')).toBe(true)
    await expect(octokit.request('GET /nowhere')).rejects.toMatchObject({ name: 'HttpError', status: 404 })
  })
})

describe('@supabase/supabase-js', () => {
  const answer = ({ method, path, body }: { method: string; path: string; body: string }): LookAlikeAnswer => {
    const url = new URL(path, 'http://x')
    if (url.pathname !== '/rest/v1/pens') return { status: 404, body: { message: 'no such table', code: 'X1' } }
    if (method === 'POST') return { status: 201, body: [JSON.parse(body)] }
    return { body: [{ id: Number(url.searchParams.get('id')?.slice('eq.'.length)), name: 'fountain' }] }
  }

  it('is limited, paced and tried again by the client; its own retries are off', async () => {
    await using server = await lookAlike(mostAllowed, answer)
    await using client = limitedClient()
    const supabase = createSupabase(server.url, 'made-up', {
      auth: { persistSession: false, autoRefreshToken: false },
      global: { fetch: client.fetch },
    })

    const answers = await Promise.all(
      upTo(calls).map((id) =>
        id % 2 === 0
          ? supabase.from('pens').select('id,name').eq('id', id).retry(false)
          : supabase.from('pens').insert({ id, name: 'quill' }).select().retry(false),
      ),
    )

    expect(answers.map(({ data, error }) => [(data as { id: number }[])?.[0]?.id, error])).toEqual(
      upTo(calls).map((id) => [id, null]),
    )
    expectLimits(server)
    expect(server.seen.every(({ headers }) => headers.apikey === 'made-up')).toBe(true)
    const { error, status } = await supabase.from('none').select()
    expect([status, error?.message]).toEqual([404, 'no such table'])
  })
})
