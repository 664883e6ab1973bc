import { constants, type Http2ServerRequest } from 'node:http2'
import { flatHeaders, type Wire } from './wire.ts'

/** A stream of HTTP/2. What node has for those who know HTTP/1.1 only tells no finished answer from a torn one. */
export function http2Wire({ stream, headers }: Http2ServerRequest, address: string | undefined): Wire {
  const { ':method': method = 'GET', ':path': path = '/', ':authority': authority, ...named } = headers
  const fields = Object.fromEntries(Object.entries(named).filter(([name]) => !name.startsWith(':')))
  const host = authority ?? headers.host ?? 'localhost'
  let isComplete = false
  // What has to be done when a stream breaks, its end does.
  stream.on('error', () => {})

  return {
    request: { method, path, headers: { host, ...flatHeaders(fields) }, origin: `https://${host}`, address },
    body: stream.endAfterHeaders ? undefined : stream,
    get isGone() {
      return stream.destroyed || stream.closed
    },
    headers: {},
    onFinish(listener) {
      // A client that leaves ends the stream for us too: that is no finished answer.
      stream.on('finish', () => {
        if (isComplete && stream.rstCode === constants.NGHTTP2_NO_ERROR) listener()
      })
    },
    onClose(listener) {
      stream.on('close', listener)
    },
    head(status, fields) {
      stream.respond({ ':status': status, ...fields })
    },
    flush() {},
    write: (piece) => stream.write(piece),
    onceWritable(resume) {
      stream.once('drain', resume)
    },
    end(last) {
      isComplete = true
      stream.end(last)
    },
    cutShort() {
      stream.end()
    },
    reset() {
      // Not `close`: that would end the stream in good order before it resets it.
      stream.destroy(new Error('reset, as this scenario has it'))
    },
    talkNonsense() {
      stream.session?.destroy(new Error('garbage, as this scenario has it'), constants.NGHTTP2_PROTOCOL_ERROR)
    },
  }
}
