import { parseDuration } from 'sluice'
import { type Answer, integer, problem, type Question } from '../faults/answer.ts'

const most = 10_000
const longestPause = 3_600_000

/** Parameters of a request for a stream. */
interface Wishes {
  /** Numbers of the first piece, from 1, and of the last. */
  readonly first: number
  readonly last: number
  /** Milliseconds between two pieces. */
  readonly every: number
  /** Pieces after which the connection is cut, in the middle of the next one. */
  readonly cut: number | undefined
  readonly end: string
}

/**
 * `/events`: numbered server-sent events. `last-event-id` continues after that number, as a server does for a client
 * that reconnects.
 */
export function events({ query, headers }: Question): Answer {
  const wishes = wishesOf(query, ['close', 'done'], integer(headers['last-event-id'], 0, most))
  const retry = integer(query.get('retry') ?? '1000', 0, longestPause)
  if (typeof wishes === 'string' || retry === undefined)
    return problem(400, 'bad_stream', typeof wishes === 'string' ? wishes : 'retry: a whole number of milliseconds')
  const event = (number: number): string =>
    `${number === wishes.first ? `retry: ${retry}\n` : ''}id: ${number}\ndata: {"number":${number}}\n\n`
  const texts = numbers(wishes).map(event)
  if (wishes.end === 'done') texts.push('data: [DONE]\n\n')
  return streamed('text/event-stream; charset=utf-8', texts, wishes)
}

/** `/lines`: JSON values, one per line. With `end=half` the body ends in the middle of the last one. */
export function lines({ query }: Question): Answer {
  const wishes = wishesOf(query, ['close', 'half'])
  if (typeof wishes === 'string') return problem(400, 'bad_stream', wishes)
  const texts = numbers(wishes).map((number) => `{"number":${number}}\n`)
  const last = texts.pop()
  if (last !== undefined) texts.push(wishes.end === 'half' ? half(last) : last)
  return streamed('application/x-ndjson; charset=utf-8', texts, wishes)
}

/** Parsed parameters, or the error message. */
function wishesOf(query: URLSearchParams, ends: readonly string[], before = 0): Wishes | string {
  const last = integer(query.get('count') ?? '10', 0, most)
  if (last === undefined) return `count: a whole number from 0 to ${most}`
  const cut = query.has('cut') ? integer(query.get('cut'), 0, most) : undefined
  if (query.has('cut') && cut === undefined) return `cut: a whole number from 0 to ${most}`
  const end = query.get('end') ?? 'close'
  if (!ends.includes(end)) return `end: ${ends.join(' or ')}`
  try {
    const every = parseDuration('every', query.get('every') ?? '100ms')
    if (every <= longestPause) return { first: before + 1, last, every, cut, end }
  } catch {
    // Not a duration.
  }
  return 'every: a duration up to 1h, such as 100ms'
}

function numbers({ first, last }: Wishes): number[] {
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => first + index)
}

function half(text: string): string {
  return text.slice(0, text.length / 2)
}

function streamed(type: string, texts: readonly string[], { every, cut }: Wishes): Answer {
  const isCut = cut !== undefined && cut < texts.length
  const sent = isCut ? [...texts.slice(0, cut), half(texts[cut]!)] : texts
  const chunks = sent.map((text) => Buffer.from(text))
  const length = chunks.reduce((sum, { byteLength }) => sum + byteLength, 0)
  const headers = { 'content-type': type, 'cache-control': 'no-cache' }
  return { status: 200, headers, body: { length, chunks }, pace: { every, ending: isCut ? 'close' : 'end' } }
}
