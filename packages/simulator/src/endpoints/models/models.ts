import { type Answer, json, type Question } from '../../faults/answer.ts'
import { contentOf } from '../../faults/content.ts'
import { readJson } from '../catalogue/json-body.ts'
import { type Meter, type Refused, type Route, route } from '../route.ts'
import { type Prompt, pieces, readPrompt, reply } from './tokens.ts'

/** Model APIs in the shapes of OpenAI and Anthropic. The same prompt gives the same reply. */
export function modelRoutes(): readonly Route[] {
  return [
    route('/v1/chat/completions', completion, ['POST'], meterOf(openAiError)),
    route('/v1/messages', message, ['POST'], meterOf(anthropicError)),
  ]
}

/** Description of the endpoints in `GET /`. */
export const modelEndpoints: Readonly<Record<string, string>> = {
  'POST /v1/chat/completions':
    "like OpenAI's: costs a quarter of the characters and max_tokens in tokens; stream: true sends events",
  'POST /v1/messages': "like Anthropic's: the prompt costs input-tokens, the reply output-tokens, both tokens",
}

/** Costs are charged on arrival and in full, since the length of a reply is not known in advance. */
function meterOf(error: (refused: Refused) => unknown): Meter {
  return {
    cost({ body }) {
      const prompt = readPrompt(readJson(body))
      if (prompt === undefined) return {}
      const { tokens, maxTokens } = prompt
      return { tokens: tokens + maxTokens, 'input-tokens': tokens, 'output-tokens': maxTokens }
    },
    words: (refused) => ({ body: error(refused) }),
  }
}

function completion({ body }: Question): Answer {
  const prompt = readPrompt(readJson(body))
  if (prompt === undefined) {
    return json(400, { error: { message: badPrompt, type: 'invalid_request_error', code: null } })
  }
  const { model, tokens, maxTokens, isStream, includesUsage } = prompt
  const usage = { prompt_tokens: tokens, completion_tokens: maxTokens, total_tokens: tokens + maxTokens }
  const head = { id: 'chatcmpl-practice', created: 1_796_040_000, model }
  if (!isStream) {
    const choice = { index: 0, message: { role: 'assistant', content: reply(maxTokens) }, finish_reason: 'length' }
    return json(200, { ...head, object: 'chat.completion', choices: [choice], usage })
  }
  const chunk = (delta: unknown, finish_reason: string | null = null) => ({
    data: { ...head, object: 'chat.completion.chunk', choices: [{ index: 0, delta, finish_reason }] },
  })
  return eventStream([
    chunk({ role: 'assistant', content: '' }),
    ...pieces(maxTokens).map((content) => chunk({ content })),
    chunk({}, 'length'),
    ...(includesUsage ? [{ data: { ...head, object: 'chat.completion.chunk', choices: [], usage } }] : []),
    { data: '[DONE]' },
  ])
}

function message({ body }: Question): Answer {
  const prompt = readPrompt(readJson(body))
  if (prompt === undefined) {
    return json(400, { type: 'error', error: { type: 'invalid_request_error', message: badPrompt } })
  }
  const { model, tokens, maxTokens, isStream } = prompt
  const head = { id: 'msg_practice', type: 'message', role: 'assistant', model }
  const usage = { input_tokens: tokens, output_tokens: maxTokens }
  if (!isStream) {
    const content = [{ type: 'text', text: reply(maxTokens) }]
    return json(200, { ...head, content, stop_reason: 'max_tokens', usage })
  }
  return eventStream(messageEvents(head, prompt).map((data) => ({ event: data.type, data })))
}

function messageEvents(head: object, { tokens, maxTokens }: Prompt) {
  return [
    { type: 'message_start', message: { ...head, content: [], usage: { input_tokens: tokens, output_tokens: 1 } } },
    { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
    ...pieces(maxTokens).map((text) => ({
      type: 'content_block_delta',
      index: 0,
      delta: { type: 'text_delta', text },
    })),
    { type: 'content_block_stop', index: 0 },
    { type: 'message_delta', delta: { stop_reason: 'max_tokens' }, usage: { output_tokens: maxTokens } },
    { type: 'message_stop' },
  ]
}

/** Server-sent events, each in a chunk of its own. */
function eventStream(events: readonly { readonly event?: string; readonly data: unknown }[]): Answer {
  const chunks = events.map(({ event, data }) => {
    const text = typeof data === 'string' ? data : JSON.stringify(data)
    return Buffer.from(`${event === undefined ? '' : `event: ${event}\n`}data: ${text}\n\n`)
  })
  const length = chunks.reduce((sum, { byteLength }) => sum + byteLength, 0)
  return {
    status: 200,
    headers: { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache' },
    body: chunks.length === 1 ? contentOf(chunks[0]!) : { length, chunks },
  }
}

const badPrompt = 'messages must be a list with a message, and max_tokens a whole number from 1 to 100000'

function openAiError({ reason, unit, wait }: Refused): unknown {
  const error = (message: string, type: string, code: string) => ({ error: { message, type, param: null, code } })
  switch (reason) {
    case 'key':
      return error('this key is not known here, or was revoked', 'invalid_request_error', 'invalid_api_key')
    case 'balance':
      return error('the balance of this key is used up', 'insufficient_quota', 'insufficient_quota')
    case 'limit':
      return error(limitWords(unit, wait), unit, 'rate_limit_exceeded')
  }
}

function anthropicError({ reason, unit, wait }: Refused): unknown {
  const error = (type: string, message: string) => ({ type: 'error', error: { type, message } })
  switch (reason) {
    case 'key':
      return error('authentication_error', 'this key is not known here, or was revoked')
    case 'balance':
      return error('billing_error', 'the balance of this key is used up')
    case 'limit':
      return error('rate_limit_error', limitWords(unit, wait))
  }
}

function limitWords(unit: string, wait: number): string {
  if (wait === Number.POSITIVE_INFINITY) return `the request has more ${unit} than the limit ever allows`
  return `the limit of ${unit} is reached; there is room again in ${Math.ceil(wait)} ms`
}
