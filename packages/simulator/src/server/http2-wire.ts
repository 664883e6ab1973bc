import { constants, type IncomingHttpHeaders, type ServerHttp2Stream } from 'node:http2'
import type { Socket } from 'node:net'
import { goaway } from '../faults/wire/http2.ts'
import type { FrameTap } from './frame-tap.ts'
import { flatHeaders, type Wire } from './wire.ts'

/** Connection of a stream: where frames are written by hand, the raw socket beneath, and its newest stream. */
export interface StreamConnection {
  readonly tap: FrameTap
  readonly raw: Socket | undefined
  readonly newest: number
}

/**
 * An HTTP/2 stream. A response is finished when its last frame is written: Node does not tell a finished response from
 * a torn one.
 */
export function http2Wire(stream: ServerHttp2Stream, headers: IncomingHttpHeaders, connection: StreamConnection): Wire {
  const { tap, raw } = connection
  const address = tap.remoteAddress
  const id = stream.id!
  const { ':method': method = 'GET', ':path': path = '/', ':authority': authority, ...named } = headers
  const fields = Object.fromEntries(Object.entries(named).filter(([name]) => !name.startsWith(':')))
  const host = authority ?? headers.host ?? 'localhost'
  let finished: (() => void) | undefined
  let isLengthKnown = false
  if (stream.endAfterHeaders) stream.resume()
  // The `close` handler cleans up after a broken stream.
  stream.on('error', () => {})

  return {
    request: { method, path, headers: { host, ...flatHeaders(fields) }, origin: `https://${host}`, address },
    body: stream.endAfterHeaders ? undefined : stream,
    get isGone() {
      return stream.destroyed || stream.closed
    },
    headers: {},
    onFinish(listener) {
      finished = listener
      tap.onceEnded(id, listener)
    },
    onClose(listener) {
      stream.on('close', () => {
        tap.forget(id)
        listener()
      })
    },
    head(status, fields) {
      isLengthKnown = fields['content-length'] !== undefined
      stream.respond({ ':status': status, ...fields })
    },
    flush() {},
    write: (piece) => stream.write(piece),
    onceWritable(resume) {
      stream.once('drain', resume)
    },
    end(last) {
      stream.end(last)
    },
    cutShort() {
      if (isLengthKnown) stream.end()
      // A graceful end would complete the body.
      else stream.write('', () => this.reset())
    },
    reset() {
      // `close` would end the stream gracefully before resetting it.
      stream.destroy(new Error('reset, as this scenario has it'))
    },
    talkNonsense() {
      tap.inject(id, goaway(connection.newest, 'PROTOCOL_ERROR'))
      tap.finish()
    },
    byHand(answer, fault) {
      return {
        bytes: fault.http2(answer, { id, newest: connection.newest }),
        write: (piece) => tap.inject(id, piece),
        onceWritable: (resume) => tap.onceWritable(resume),
        done() {
          finished?.()
          // The client considers the stream finished; this informs the session only.
          stream.close(constants.NGHTTP2_NO_ERROR)
        },
        close: () => tap.finish(),
        reset: () => raw?.resetAndDestroy(),
        silence: () => tap.silence(),
      }
    },
  }
}
