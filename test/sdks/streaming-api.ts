import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

/** A request as seen by the look-alike. */
interface Seen {
  readonly method: string
  readonly path: string
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

export interface StreamingApi extends AsyncDisposable {
  readonly url: string
  readonly seen: readonly Seen[]
  readonly inFlight: number
  /** Maximum number of responses open at the same time. */
  readonly most: number
}

/** Milliseconds between two events. */
export const pause = 60

/**
 * Look-alikes of the APIs of several providers. A model named `busy` refuses the first request; one named `cut` breaks
 * off.
 */
export async function streamingApi(): Promise<StreamingApi> {
  const state = { seen: [] as Seen[], inFlight: 0, most: 0, refused: new Set<string>() }
  const server = createServer((request, response) => {
    state.most = Math.max(state.most, ++state.inFlight)
    response.on('close', () => state.inFlight--)
    respond(request, response, state).catch(() => response.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const close = async (): Promise<void> => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
  const { port } = server.address() as AddressInfo
  return Object.assign(state, { url: `http://127.0.0.1:${port}`, [Symbol.asyncDispose]: close })
}

async function respond(
  request: IncomingMessage,
  response: ServerResponse,
  state: { readonly seen: Seen[]; readonly refused: Set<string> },
): Promise<void> {
  const { method = '', url: path = '', headers } = request
  let body = ''
  for await (const chunk of request) body += chunk
  state.seen.push({ method, path, headers, body })
  const isBusy = /busy/.test(body + path) && !state.refused.has(path)
  if (isBusy) {
    state.refused.add(path)
    response.writeHead(429, { 'retry-after-ms': '300', 'content-type': 'application/json' })
    response.end('{"error":{"message":"slow down"}}')
    return
  }
  const events = eventsOf(path, body)
  if (events === undefined) {
    response.writeHead(path.includes('missing') ? 404 : 200, {
      'content-type': 'application/json',
      'set-cookie': ['a=1', 'b=2'],
    })
    response.end(JSON.stringify(path.includes('missing') ? { message: 'not here' } : answerOf(path, body)))
    return
  }
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  for (const [index, event] of events.entries()) {
    if (index > 0) await sleep(pause)
    if (index === 2 && /\bcut\b/.test(body + path)) response.destroy()
    if (response.destroyed) return
    response.write(event)
  }
  response.end()
}

const words = ['one', ' two', ' three', ' four']
const data = (value: unknown): string => `data: ${JSON.stringify(value)}\n\n`
const named = (type: string, value: object): string => `event: ${type}\n${data({ type, ...value })}`

function eventsOf(path: string, body: string): string[] | undefined {
  if (path.includes(':streamGenerateContent')) {
    return words.map((text) => data({ candidates: [{ content: { role: 'model', parts: [{ text }] }, index: 0 }] }))
  }
  if (!/"stream":\s*true/.test(body)) return undefined
  if (path === '/v1/messages') {
    return [
      named('message_start', {
        message: {
          id: 'm',
          type: 'message',
          role: 'assistant',
          model: 'x',
          content: [],
          stop_reason: null,
          stop_sequence: null,
          usage: { input_tokens: 1, output_tokens: 1 },
        },
      }),
      named('content_block_start', { index: 0, content_block: { type: 'text', text: '' } }),
      ...words.map((text) => named('content_block_delta', { index: 0, delta: { type: 'text_delta', text } })),
      named('content_block_stop', { index: 0 }),
      named('message_delta', { delta: { stop_reason: 'end_turn', stop_sequence: null }, usage: { output_tokens: 4 } }),
      named('message_stop', {}),
    ]
  }
  const chunk = (delta: object, finish_reason: string | null = null): string =>
    data({
      id: 'c',
      object: 'chat.completion.chunk',
      created: 0,
      model: 'x',
      choices: [{ index: 0, delta, finish_reason }],
    })
  return [
    chunk({ role: 'assistant', content: '' }),
    ...words.map((content) => chunk({ content })),
    chunk({}, 'stop'),
    'data: [DONE]\n\n',
  ]
}

function answerOf(path: string, body: string): unknown {
  if (path.startsWith('/v1/charges')) return { id: 'ch_1', object: 'charge', amount: 100 }
  if (path.startsWith('/v1/pages/')) return { object: 'page', id: path.slice('/v1/pages/'.length) }
  if (path === '/graphql') return { data: { pens: [{ id: 7 }] } }
  return { path, length: body.length }
}
