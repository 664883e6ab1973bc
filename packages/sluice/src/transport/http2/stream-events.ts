import type { ClientHttp2Stream, IncomingHttpHeaders, IncomingHttpStatusHeader } from 'node:http2'
import { Readable } from 'node:stream'

/** Receives what happens on a stream. */
export interface StreamListener {
  onError(error: Error): void
  /** Headers of an informational response. */
  onInformation(): void
  /** Status of the response, and its headers as a flat list of names and values. */
  onResponse(status: number, raw: readonly string[]): void
  onTrailers(raw: readonly string[]): void
  /** Bytes have arrived. They may be read much later. */
  onArrived(bytes: number): void
  /** A frame with END_STREAM has arrived. */
  onEndArrived(): void
  onData(chunk: Buffer): void
  /** Everything has been read. Only for streams with an upload. */
  onEnd(): void
  onWantTrailers(): void
  /** Nothing follows. */
  onClose(): void
}

const listener: unique symbol = Symbol('listener')

type ResponseHeaders = IncomingHttpHeaders & IncomingHttpStatusHeader
type HeardStream = ClientHttp2Stream & { [listener]?: StreamListener | undefined }

/**
 * Reports what happens on a stream, until it is closed.
 *
 * V8 keeps each closed stream until its next full garbage collection: `AsyncResource.bind`, which Node calls for each request,
 * makes an accessor that is old from the start and holds the stream. So whatever hangs on a stream is copied twice
 * before it is freed. Therefore the functions are the same for all streams, and a closed one lets go of its listener.
 */
export function listenTo(
  stream: HeardStream,
  to: StreamListener,
  { uploads, wantsTrailers }: { readonly uploads: boolean; readonly wantsTrailers: boolean },
): void {
  stream[listener] = to
  stream.on('error', onError)
  stream.on('headers', onHeaders)
  if (wantsTrailers) stream.on('trailers', onTrailers)
  stream.on('response', onResponse)
  stream.on('data', onData)
  if (uploads) stream.on('end', onEnd).on('wantTrailers', onWantTrailers)
  stream.on('close', onClose)
  stream.push = push
}

function onError(this: HeardStream, error: Error): void {
  this[listener]?.onError(error)
}

function onHeaders(this: HeardStream): void {
  this[listener]?.onInformation()
}

function onTrailers(this: HeardStream, _headers: IncomingHttpHeaders, _flags: number, raw: string[]): void {
  this[listener]?.onTrailers(raw)
}

function onResponse(this: HeardStream, headers: ResponseHeaders, _flags: number, raw: string[]): void {
  this[listener]?.onResponse(Number(headers[':status']), raw)
}

function onData(this: HeardStream, chunk: Buffer): void {
  this[listener]?.onData(chunk)
}

function onEnd(this: HeardStream): void {
  this[listener]?.onEnd()
}

function onWantTrailers(this: HeardStream): void {
  this[listener]?.onWantTrailers()
}

function onClose(this: HeardStream): void {
  const to = this[listener]
  this[listener] = undefined
  to?.onClose()
}

/**
 * Node closes a stream that the server reset with NO_ERROR or CANCEL like one whose last frame had END_STREAM. But only
 * in the latter case does the readable side end, by `push(null)`, before the stream is closed.
 */
function push(this: HeardStream, chunk: Buffer | null, encoding?: BufferEncoding): boolean {
  if (chunk !== null) this[listener]?.onArrived(chunk.byteLength)
  else if (!this.closed) this[listener]?.onEndArrived()
  return Readable.prototype.push.call(this, chunk, encoding)
}
