import * as zlib from 'node:zlib'
import { type ApiResponse, BodyError, type Clock, ConnectionLostError } from 'sluice'
import { ProtocolError } from 'sluice/internal'
import { hasNoBody } from '../faults/answer.ts'
import type { Plan, PlannedAnswer, WireFault } from '../faults/plan.ts'
import { carryBody } from '../line/carry-body.ts'
import type { Line } from '../line/line.ts'

const decoders: Readonly<Record<string, (bytes: Uint8Array, options: { maxOutputLength: number }) => Uint8Array>> = {
  gzip: zlib.gunzipSync,
  deflate: zlib.inflateSync,
  br: zlib.brotliDecompressSync,
  zstd: zlib.zstdDecompressSync,
}

/**
 * Decodes the one content coding that a simulated response may have.
 *
 * Synchronous, unlike the library's `decodeBody`, which uses another thread that a virtual clock cannot wait for.
 *
 * @throws BodyError if the result would exceed `maxBody` bytes.
 */
function decodeNow(bytes: Uint8Array, coding: string | undefined, maxBody: number, status: number): Uint8Array {
  const decode = coding === undefined ? undefined : decoders[coding]
  if (decode === undefined || bytes.byteLength === 0) return bytes
  try {
    return decode(bytes, { maxOutputLength: maxBody })
  } catch (error) {
    if (error instanceof RangeError) {
      const message = `the ${coding} body unpacks to more than ${maxBody} bytes`
      throw new BodyError('SLUICE_DECODED_TOO_LARGE', message, status)
    }
    throw new BodyError('SLUICE_BAD_ENCODING', `the body is not valid ${coding}`, status, error)
  }
}

export interface Receiver {
  readonly clock: Clock
  /** Line that the body passes through. */
  readonly line: Line | undefined
  /** True if no body follows the headers: the response to HEAD. */
  readonly headOnly: boolean
  /** Maximum bytes of a body, compressed and decompressed. */
  readonly maxBody: number
  onFirstByte(): void
  /** Called once with the response, or with the error that a transport would have thrown. */
  done(result: ApiResponse | Error): void
}

/** Reads a planned response as a transport reads a socket. Returns a function that stops it. */
export function receive(plan: Plan, receiver: Receiver): () => void {
  switch (plan.kind) {
    case 'hang':
      return nothing
    case 'reset':
      receiver.done(new ConnectionLostError('the connection was reset before the answer'))
      return nothing
    case 'garbage':
      receiver.onFirstByte()
      receiver.done(new ProtocolError('the response is not HTTP'))
      return nothing
    case 'answer':
      if (plan.onWire !== undefined && !receiver.headOnly) return receiveByHand(plan, plan.onWire, receiver)
      receiver.onFirstByte()
      return receiveBody(plan, receiver)
  }
}

function receiveByHand(plan: PlannedAnswer, { inProcess }: WireFault, receiver: Receiver): () => void {
  switch (inProcess) {
    case 'hang':
      return nothing
    case 'reset':
      receiver.done(new ConnectionLostError('the connection ended before the answer did'))
      return nothing
    case 'protocol':
      receiver.onFirstByte()
      receiver.done(new ProtocolError('the response is malformed'))
      return nothing
    case 'truncated':
      receiver.onFirstByte()
      return receiveBody({ ...plan, body: { ...plan.body, ending: 'close' } }, receiver)
    case 'answer':
      receiver.onFirstByte()
      return receiveBody(plan, receiver)
  }
}

function receiveBody(plan: PlannedAnswer, receiver: Receiver): () => void {
  const { status, body } = plan
  const { clock, line, maxBody, done } = receiver
  if (receiver.headOnly || hasNoBody(status)) {
    done({ status, headers: headersOf(plan), body: empty })
    return nothing
  }
  const tooLarge = () => new BodyError('SLUICE_BODY_TOO_LARGE', `the body is larger than ${maxBody} bytes`, status)
  if (body.length !== undefined && body.length > maxBody) {
    done(tooLarge())
    return nothing
  }

  const chunks: Uint8Array[] = []
  let received = 0
  const deliver = (chunk: Uint8Array) => {
    chunks.push(chunk)
    received += chunk.byteLength
    if (received <= maxBody) return true
    done(tooLarge())
    return false
  }
  const finish = () => {
    switch (body.ending) {
      case 'end':
        return done(whole(plan, chunks, maxBody))
      case 'close': {
        const message = `the body ended after ${received} of ${body.length ?? 'unknown'} bytes`
        return done(new BodyError('SLUICE_BODY_TRUNCATED', message, status))
      }
      case 'reset':
        return done(new ConnectionLostError(`the connection was reset after ${received} bytes of the body`))
    }
  }
  return carryBody(body, { clock, line, deliver, whenReady: nothing, finish })
}

function whole(plan: PlannedAnswer, chunks: readonly Uint8Array[], maxBody: number): ApiResponse | Error {
  const bytes = chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)
  try {
    const body = decodeNow(bytes, plan.headers['content-encoding'], maxBody, plan.status)
    return { status: plan.status, headers: headersOf(plan), body }
  } catch (error) {
    return error as Error
  }
}

function headersOf({ status, headers, body }: PlannedAnswer): Record<string, string> {
  if (body.length === undefined || hasNoBody(status)) return { ...headers }
  return { ...headers, 'content-length': String(body.length) }
}

const empty = new Uint8Array()

function nothing(): void {}
