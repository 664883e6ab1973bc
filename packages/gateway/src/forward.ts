import { randomBytes } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { type CallResult, type Failure, ResponseError, type Success } from 'sluice'
import { Cancellation, queuedCall } from 'sluice/internal'
import { AnswerWriter } from './caller/answer-writer.ts'
import { CallerBody, CallerBodyError } from './caller/caller-body.ts'
import { callerHeaders, callerTrailers } from './messages/answer-headers.ts'
import { callProblem } from './messages/call-problem.ts'
import type { Problem } from './messages/problem.ts'
import { type Fields, priorityField, priorityOf, upstreamHeaders } from './messages/request-headers.ts'
import type { Target } from './messages/target.ts'
import type { GatewaySettings } from './options.ts'
import type { Backend } from './upstream/backend.ts'
import { Passing } from './upstream/passing.ts'

/** Name of this process in `Via`, to detect a gateway that calls itself. */
const pseudonym = `sluice-${randomBytes(4).toString('hex')}`

/** True if a request has passed through this process before. */
export function isLoop({ via }: Fields): boolean {
  return via?.includes(pseudonym) === true
}

export interface ForwardParts {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly fields: Fields
  readonly target: Target<Backend>
  readonly settings: GatewaySettings
  /** True if the caller waits for `100 Continue` before it sends its body. */
  readonly expects: boolean
  readonly isTokenTaken: boolean
  /** Address of the caller. */
  readonly address: string
  /** Name of the caller in the queue and in figures. */
  readonly caller: string
}

/** Streamed uploads are watched by their progress instead. */
const noTimeout = '24h'

/** Calls the upstream for a caller and writes the response. Never rejects. */
export async function forward(parts: ForwardParts): Promise<void> {
  const { request, response, settings, target, caller: name } = parts
  const { counts } = target.place
  const caller = counts.caller(name)
  const hungUp = new Cancellation()
  const writer = new AnswerWriter(request, response, settings, () => {
    counts.hungUp++
    hungUp.cancel(new Error('the caller hung up'))
  })
  const span = settings.telemetry?.receive({
    method: request.method ?? '',
    path: request.url ?? '',
    headers: parts.fields,
    client: parts.address,
  })
  target.place.enter()
  caller.open++
  try {
    await answer(parts, writer, { cancellation: hungUp, span })
  } catch (error) {
    hungUp.cancel(error)
    if (writer.isOver) return
    if (response.headersSent) writer.breakOff()
    else await refuse(parts, writer, problemOf(error))
  } finally {
    counts.status(response.statusCode)
    span?.end(response.headersSent ? response.statusCode : undefined)
    caller.open--
    caller.ended++
    target.place.leave()
  }
}

/** Parts of a call in addition to its request. */
interface CallParts {
  readonly cancellation: Cancellation
  readonly span: { readonly scope: unknown; readonly continued: readonly string[] } | undefined
}

async function answer(parts: ForwardParts, writer: AnswerWriter, call: CallParts): Promise<void> {
  const { request, fields, target, settings, isTokenTaken, address, caller } = parts
  const { place } = target
  const { counts } = place
  const { span } = call
  const priority = fields[priorityField]
  if (priority !== undefined && priorityOf(priority) === undefined) {
    const detail = `${priorityField}: expected a whole number from -100 to 100; greater goes first.`
    await refuse(parts, writer, { status: 400, code: 'GATEWAY_PRIORITY', detail })
    return
  }
  const refusal = place.refusalOf(counts.caller(caller))
  if (refusal !== undefined) {
    await refuse(parts, writer, refusal)
    return
  }
  const method = request.method ?? 'GET'
  const body = await bodyOf(parts)
  const passing = new Passing(target.url, body instanceof CallerBody ? lengthOf(fields) : undefined)
  const isWhole = place.readsWhole && ['GET', 'HEAD'].includes(method) && !fields.accept?.includes('text/event-stream')
  const headers = upstreamHeaders(fields, {
    forwarded: settings.forwarded,
    caller: { address, host: fields.host ?? '' },
    via: `${request.httpVersion} ${pseudonym}`,
    ownFields: place.ownFields,
    isTokenTaken,
  })
  for (const name of span?.continued ?? []) delete headers[name]
  const result = await queuedCall(
    place.client,
    {
      url: target.url,
      method,
      headers,
      readAs: isWhole ? 'bytes' : 'stream',
      meta: passing,
      ...(priority !== undefined && { priority: priorityOf(priority) }),
      ...(body instanceof CallerBody ? { body: body.forRequest(), timeout: noTimeout } : body && { body }),
    },
    { cancellation: call.cancellation, caller, ...(span !== undefined && { scope: span.scope }) },
  )
  counts.attempts += result.attempts.length
  counts.queued += result.timing.queued + result.timing.backoff
  counts.upstream += result.timing.connect + result.timing.firstByte
  if (!result.ok && writer.isOver) return
  if (result.ok) await passOn(parts, writer, result, result.value as Uint8Array | ReadableStream<Uint8Array>, passing)
  else if (result.error instanceof ResponseError)
    await passOn(parts, writer, { ...result.error.response, ...result }, result.error.response.body, passing)
  else await refuse(parts, writer, failureProblem(result, settings))
}

/** Body of a request: buffered if it is small, otherwise streamed. */
async function bodyOf(parts: ForwardParts): Promise<CallerBody | Uint8Array | undefined> {
  const { request, response, fields, target, settings, expects } = parts
  const length = lengthOf(fields)
  if (length === 0 || (length === undefined && fields['transfer-encoding'] === undefined)) return undefined
  const { clock, heldBody, idleTimeout } = settings
  const body = new CallerBody(request, {
    clock,
    heldBody,
    idleTimeout,
    onFirstRead: () => expects && response.writeContinue(),
    onBytes: (bytes) => {
      target.place.counts.bytesIn += bytes
    },
  })
  return length !== undefined && length <= heldBody && !expects ? await body.whole() : body
}

function lengthOf({ 'content-length': length }: Fields): number | undefined {
  return length === undefined ? undefined : Number(length)
}

/** Writes the response of the upstream, whatever its status. */
async function passOn(
  { request, response, target }: ForwardParts,
  writer: AnswerWriter,
  result: Pick<Success, 'status' | 'headers' | 'timing' | 'attempts'>,
  body: Uint8Array | ReadableStream<Uint8Array>,
  passing: Passing,
): Promise<void> {
  const { place } = target
  const { counts } = place
  const { status, headers } = result
  if (writer.isOver) {
    if (body instanceof ReadableStream) await body.cancel()
    return
  }
  const hasBody = body instanceof ReadableStream && request.method !== 'HEAD' && ![204, 205, 304].includes(status)
  const isChunked = hasBody && request.httpVersion === '1.1' && headers['content-length'] === undefined
  const list = callerHeaders(headers, {
    status,
    isChunked,
    via: `${passing.isHttp2 ? '2' : '1.1'} ${pseudonym}`,
    prefix: place.prefix,
    basePath: place.basePath,
  })
  list.push('server-timing', serverTiming(result))
  if (body instanceof Uint8Array) {
    counts.bytesOut += body.byteLength
    await writer.whole(status, withLength(list, headers, body, status), body)
    return
  }
  writer.head(status, list)
  try {
    await writer.stream(body, (bytes) => {
      counts.bytesOut += bytes
    })
  } catch (error) {
    if (!writer.isOver) counts.brokenOff++
    throw error
  }
  await writer.end(response.chunkedEncoding ? callerTrailers(passing.trailers) : [])
}

/** Adds the length of a buffered body that the upstream sent in chunks. */
function withLength(
  list: readonly string[],
  headers: Readonly<Record<string, string>>,
  body: Uint8Array,
  status: number,
): readonly string[] {
  const isKnown = headers['content-length'] !== undefined || status === 304 || body.byteLength === 0
  return isKnown ? list : [...list, 'content-length', String(body.byteLength)]
}

async function refuse({ target, caller }: ForwardParts, writer: AnswerWriter, problem: Problem): Promise<void> {
  const { counts } = target.place
  counts.problem(problem.code)
  counts.caller(caller).refused++
  await writer.problem(problem)
}

function failureProblem({ error }: Failure, { clock }: GatewaySettings): Problem {
  return error.cause instanceof CallerBodyError ? bodyProblem(error.cause) : callProblem(error, clock.wallTime())
}

function problemOf(error: unknown): Problem {
  if (error instanceof CallerBodyError) return bodyProblem(error)
  return { status: 500, code: 'GATEWAY_INTERNAL', detail: 'The gateway failed. Please report it.' }
}

function bodyProblem({ message, isTimeout }: CallerBodyError): Problem {
  return { status: isTimeout ? 408 : 400, code: 'GATEWAY_BODY', detail: `${message}.` }
}

/** Value of `Server-Timing` for a call: wait in the queue and between attempts, upstream time, number of attempts. */
function serverTiming({ timing, attempts }: Pick<CallResult, 'timing' | 'attempts'>): string {
  const queue = timing.queued + timing.backoff
  const upstream = timing.connect + timing.firstByte
  return `queue;dur=${shown(queue)}, upstream;dur=${shown(upstream)}, attempts;desc="${attempts.length}"`
}

/** Rounds milliseconds to one decimal. */
function shown(milliseconds: number): number {
  return Math.round(milliseconds * 10) / 10
}
