import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { type Problem, rawProblem } from '../messages/problem.ts'
import { methodRefusal } from './refusals.ts'
import { Turns } from './turns.ts'

export interface ServerOptions {
  readonly handler: (request: IncomingMessage, response: ServerResponse) => void
  /** Handles a request whose body waits for `100 Continue`. */
  readonly onExpect: (request: IncomingMessage, response: ServerResponse) => void
}

/** Maximum size of a request head in bytes. */
const longestHead = 64 * 1024

/** Time in ms for the head of a request, and for an idle connection: longer than callers keep idle connections. */
const headTime = 20_000
const idleTime = 75_000

/** Server whose limits do not depend on its callers, and that responds to invalid requests. */
export function gatewayServer({ handler, onExpect }: ServerOptions): Server {
  const server = createServer(
    {
      maxHeaderSize: longestHead,
      headersTimeout: headTime,
      // Bodies have a limit of their own: they may be large, and they wait while their request waits.
      requestTimeout: 0,
      keepAliveTimeout: idleTime,
      connectionsCheckingInterval: 2_000,
      // Strict, whatever Node's default: lenient parsers can disagree about where a request ends.
      insecureHTTPParser: false,
      // A missing Host field is refused by the handler like all other errors.
      requireHostHeader: false,
    },
    handler,
  )
  // Fields above a maximum count would be dropped silently. Their total size is limited instead.
  server.maxHeadersCount = 0
  server.on('checkContinue', onExpect)
  server.on('checkExpectation', handler)
  server.on('connect', (_request: IncomingMessage, socket: Duplex) => refuseInTurn(socket, methodRefusal('CONNECT')))
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Duplex) => onClientError(error, socket))
  return server
}

/** Responds to unreadable input and closes the connection: the next request cannot be found (RFC 9112 section 2.2). */
function onClientError(error: NodeJS.ErrnoException, socket: Duplex): void {
  const turns = Turns.of(socket)
  if (error.code === 'ECONNRESET' || !socket.writable) socket.destroy()
  else if (error.code !== timeoutCode || !turns.isPaused) refuseInTurn(socket, unreadable(error))
  // The gateway itself has stopped reading in the middle of a head.
  else turns.onSilence(headTime, () => refuseInTurn(socket, unreadable(error)))
}

const timeoutCode = 'ERR_HTTP_REQUEST_TIMEOUT'

function unreadable({ code }: NodeJS.ErrnoException): Problem {
  if (code === 'HPE_HEADER_OVERFLOW') {
    const detail = `The request headers have more than ${longestHead} bytes.`
    return { status: 431, code: 'GATEWAY_HEAD_TOO_LARGE', detail }
  }
  if (code === timeoutCode)
    return { status: 408, code: 'GATEWAY_TIMEOUT', detail: 'The request headers did not arrive in time.' }
  if (code === 'HPE_CHUNK_EXTENSIONS_OVERFLOW')
    return { status: 413, code: 'GATEWAY_BAD_REQUEST', detail: 'The extensions of a chunk are too long.' }
  const why = /^HPE_\w{1,60}$/.test(code ?? '') ? ` (${code})` : ''
  return { status: 400, code: 'GATEWAY_BAD_REQUEST', detail: `The request is not valid HTTP${why}.` }
}

/** Time in ms that a caller has to read a refusal before its connection is closed. */
const readTime = 500

function refuseInTurn(socket: Duplex & { _httpMessage?: ServerResponse | null }, problem: Problem): void {
  socket.on('error', () => {})
  Turns.of(socket).refuse((isBodyBroken) => {
    if (isBodyBroken && socket._httpMessage?.headersSent === true) {
      socket.destroy()
      return
    }
    socket.end(rawProblem(problem))
    // Further input is not read.
    const timer = setTimeout(() => socket.destroy(), readTime)
    socket.once('close', () => clearTimeout(timer))
  })
}
