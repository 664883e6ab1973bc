import { createParser } from 'eventsource-parser'
import { JsonTooDeepError } from '../../http/json/nesting.ts'
import { type BigNumbers, parseJson } from '../../http/json/parse-json.ts'
import type { StreamForm } from '../../http/request.ts'
import { BodyError } from '../../transport/errors.ts'

/** One server-sent event (HTML Standard, section 9.2). */
export interface ServerEvent {
  /** Type of the event; `message` if the server sends none. */
  readonly event: string
  readonly data: string
  /** Id of the event, if the server sent one. */
  readonly id?: string
}

/** Maximum number of characters of a line or event. */
const longest = 16 * 1024 * 1024

export interface StreamValueOptions {
  readonly status: number
  readonly bigNumbers: BigNumbers
}

/** Value of a streamed body. */
export function streamValue(
  body: ReadableStream<Uint8Array>,
  form: StreamForm,
  { status, bigNumbers }: StreamValueOptions,
): unknown {
  if (form === 'stream') return body
  return form === 'events' ? eventsOf(body, status) : linesOf(body, status, bigNumbers)
}

/** Stream of a body that is available whole. */
export function streamOf(bytes: Uint8Array): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      if (bytes.byteLength > 0) controller.enqueue(bytes)
      controller.close()
    },
  })
}

/** Decodes a UTF-8 body incrementally. Leaving the loop cancels the body. */
async function* textOf(
  body: ReadableStream<Uint8Array>,
  decode: (bytes?: Uint8Array) => string,
): AsyncGenerator<string, void, undefined> {
  for await (const chunk of body) {
    const text = decode(chunk)
    if (text !== '') yield text
  }
  const rest = decode()
  if (rest !== '') yield rest
}

function decoding(decoder: InstanceType<typeof TextDecoder>): (bytes?: Uint8Array) => string {
  return (bytes) => (bytes === undefined ? decoder.decode() : decoder.decode(bytes, { stream: true }))
}

async function* eventsOf(
  body: ReadableStream<Uint8Array>,
  status: number,
): AsyncGenerator<ServerEvent, void, undefined> {
  let events: ServerEvent[] = []
  let fault: Error | undefined
  let hasEvents = false
  /** First characters of the body. */
  let head = ''
  const parser = createParser({
    maxBufferSize: longest,
    onEvent: ({ event = 'message', data, id }) => {
      events.push(id === undefined ? { event, data } : { event, data, id })
    },
    onError: (error) => {
      // Unknown fields are ignored, as the standard requires.
      if (error.type === 'max-buffer-size-exceeded') fault = tooLong('an event', status)
    },
  })
  // Invalid UTF-8 is replaced, as the standard requires.
  for await (const text of textOf(body, decoding(new TextDecoder()))) {
    parser.feed(text)
    if (head.length < 5) head = (head + text.slice(0, 64)).trimStart().slice(0, 5)
    const ready = events
    hasEvents ||= ready.length > 0
    events = []
    yield* ready
    if (fault !== undefined) throw fault
  }
  // A page of a proxy, or JSON: by the standard a stream without events.
  if (hasEvents || head === '' || /^(?:data|event|id|retry|:)/.test(head)) return
  const message = "the body has other text than server-sent events; readAs: 'text' returns it"
  throw new BodyError('SLUICE_NOT_EVENTS', message, status)
}

async function* linesOf(
  body: ReadableStream<Uint8Array>,
  status: number,
  bigNumbers: BigNumbers,
): AsyncGenerator<unknown, void, undefined> {
  let number = 0
  let rest: string[] = []
  let length = 0
  const parsed = (line: string): unknown => {
    try {
      return parseJson(line, bigNumbers)
    } catch (error) {
      const isDeep = error instanceof JsonTooDeepError
      const problem = isDeep ? error.message : 'not JSON'
      throw new BodyError(
        isDeep ? 'SLUICE_TOO_DEEP' : 'SLUICE_NOT_JSON',
        `line ${number} of the body: ${problem}`,
        status,
        error,
      )
    }
  }
  const strict = decoding(new TextDecoder('utf-8', { fatal: true }))
  const decode = (bytes?: Uint8Array): string => {
    try {
      return strict(bytes)
    } catch (error) {
      const message = `line ${number + 1} of the body, or one shortly after it, is not UTF-8`
      throw new BodyError('SLUICE_NOT_TEXT', message, status, error)
    }
  }
  for await (const text of textOf(body, decode)) {
    let from = 0
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', from)) {
      const line = rest.join('') + text.slice(from, end)
      rest = []
      length = 0
      from = end + 1
      number++
      if (line.trim() !== '') yield parsed(line)
    }
    if (from < text.length) rest.push(text.slice(from))
    length += text.length - from
    if (length > longest) throw tooLong(`line ${number + 1}`, status)
  }
  number++
  const last = rest.join('')
  if (last.trim() !== '') yield parsed(last)
}

function tooLong(what: string, status: number): BodyError {
  return new BodyError('SLUICE_BODY_TOO_LARGE', `${what} of the body has more than ${longest} characters`, status)
}
