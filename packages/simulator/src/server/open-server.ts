import * as http from 'node:http'
import type { ServerHttp2Session, ServerHttp2Stream } from 'node:http2'
import * as http2 from 'node:http2'
import { createServer, type Server, type Socket } from 'node:net'
import * as tls from 'node:tls'
import type { Clock } from 'sluice'
import type { Timer } from 'sluice/internal'
import type { ConnectionFault } from '../faults/connection-fault.ts'
import type { Scenario } from '../scenario/scenario.ts'
import type { Simulator } from '../simulator.ts'
import type { Certificate } from './certificate.ts'
import { FrameTap } from './frame-tap.ts'
import { Http1Wire } from './http1-wire.ts'
import { http2Wire } from './http2-wire.ts'
import { Connection, takeRequest } from './take-request.ts'

/** Breaks a connection before anything was sent on it. */
function spoilConnection(socket: Socket, fault: ConnectionFault): void {
  socket.on('error', () => {})
  switch (fault.kind) {
    case 'reset':
      socket.resetAndDestroy()
      return
    case 'close':
      // The client's bytes are read: unread ones would turn the close into a reset.
      socket.resume()
      socket.end()
      return
    case 'silent':
      socket.resume()
      // The client's end is the end of the connection.
      socket.on('end', () => socket.destroy())
      return
    case 'alert':
      // An alert answers the client's hello, so wait for it.
      socket.once('data', () => {
        socket.write(Buffer.of(0x15, 0x03, 0x03, 0, 2, 2, fault.alert))
        socket.destroySoon()
      })
  }
}

/**
 * Ends an HTTP/2 connection with GOAWAY: after a number of streams, or when it was idle for too long.
 *
 * Earlier streams are answered; those that cross with GOAWAY are not processed, and GOAWAY says so.
 */
function sayGoodbye(
  session: ServerHttp2Session,
  { idle, requests = Number.POSITIVE_INFINITY }: Scenario['keepAlive'],
  clock: Clock,
): void {
  let streams = 0
  let open = 0
  let timer: Timer | undefined
  const wait = () => {
    if (!session.closed && !session.destroyed) timer = clock.timer(idle, () => session.close())
  }
  session.on('stream', (stream: ServerHttp2Stream) => {
    timer?.cancel()
    streams++
    open++
    stream.on('close', () => {
      open--
      if (open === 0) wait()
    })
    if (streams === requests) session.close()
  })
  session.on('close', () => timer?.cancel())
  wait()
}

/** A server that is not listening yet, and a way to end its open connections. */
export interface OpenServer {
  readonly server: Server
  /** Number of open connections. */
  openConnections(): number
  closeConnections(): void
}

/** Passes requests on connections to the simulator: over TLS with a certificate, optionally over HTTP/2 too. */
export function openServer(simulator: Simulator, certificate: Certificate | undefined, withHttp2: boolean): OpenServer {
  /** Sockets by the remote port, which distinguishes simultaneous connections. */
  const raw = new Map<number | undefined, Socket>()
  const connections = new Map<Socket, Connection>()
  const track = (socket: Socket, connection: Connection) => {
    connections.set(socket, connection)
    socket.on('close', () => {
      connections.delete(socket)
      connection.closed()
    })
  }

  const http1 = serveHttp1(simulator, { track, connections, raw })
  const http2 = serveHttp2(simulator, { track, connections, raw })
  const encrypted = certificate === undefined ? undefined : tls.createServer(tlsOptions(certificate, withHttp2))
  // The client does not trust the certificate, or left: nothing to do.
  encrypted?.on('tlsClientError', (_error, socket) => socket.destroy())
  encrypted?.on('secureConnection', (socket) => (socket.alpnProtocol === 'h2' ? http2 : http1)(socket))
  // Same as Node's own HTTP servers; TLS connections cannot be half-open.
  const server = createServer({ noDelay: true, allowHalfOpen: encrypted === undefined }, (socket) => {
    const { remotePort } = socket
    raw.set(remotePort, socket)
    socket.on('close', () => {
      if (raw.get(remotePort) === socket) raw.delete(remotePort)
    })
    const fault = simulator.connectionOpened()
    if (fault !== undefined) spoilConnection(socket, fault)
    else if (encrypted === undefined) http1(socket)
    else encrypted.emit('connection', socket)
  })

  return {
    server,
    openConnections: () => raw.size,
    closeConnections() {
      for (const [socket, connection] of connections) {
        // Called here, since the socket's own `close` may come after the server's.
        connection.closed()
        socket.destroy()
      }
      // Includes sockets whose TLS handshake is not finished.
      for (const socket of raw.values()) socket.destroy()
    },
  }
}

function tlsOptions(certificate: Certificate, withHttp2: boolean): tls.TlsOptions {
  return { ...certificate, ALPNProtocols: withHttp2 ? ['h2', 'http/1.1'] : ['http/1.1'] }
}

interface Open {
  readonly track: (socket: Socket, connection: Connection) => void
  readonly connections: ReadonlyMap<Socket, Connection>
  readonly raw: ReadonlyMap<number | undefined, Socket>
}

/** Accepts HTTP/1.1 connections. */
function serveHttp1(simulator: Simulator, { track, connections, raw }: Open): (socket: Socket) => void {
  const { keepAlive } = simulator.scenario
  const server = http.createServer(settings(keepAlive), (request, response) => {
    const { socket } = request
    const connection = connections.get(socket)
    if (connection === undefined) return
    const wire = new Http1Wire(request, response, raw.get(socket.remotePort) ?? socket, keepAlive.hint)
    takeRequest({ simulator, connection, wire })
  })
  return (socket) => {
    let answers = 0
    const onAnswer = () => {
      answers++
      // Unannounced.
      if (answers === keepAlive.requests) socket.destroySoon()
    }
    track(socket, new Connection(onAnswer))
    server.emit('connection', socket)
  }
}

/** Maximum bytes of a head, for faults with large heads. */
const largestHead = 20_000_000

/** Accepts HTTP/2 connections. */
function serveHttp2(simulator: Simulator, { track, connections, raw }: Open): (socket: Socket) => void {
  return (socket) => {
    const tap = new FrameTap(socket)
    const connection = new Connection()
    track(socket, connection)
    let newest = 0
    const session = http2.performServerHandshake(tap, { maxSendHeaderBlockLength: largestHead })
    session.on('error', () => {})
    sayGoodbye(session, simulator.scenario.keepAlive, simulator.clock)
    const place = {
      tap,
      raw: raw.get(socket.remotePort),
      get newest() {
        // The announced last stream must not grow (RFC 9113, section 6.8).
        return Math.min(newest, tap.lastStream)
      },
    }
    session.on('stream', (stream, headers) => {
      // After a GOAWAY written by hand the session still accepts streams; the client was told that it does not.
      if (!connections.has(socket) || stream.id! > tap.lastStream) {
        stream.on('error', () => {})
        return
      }
      newest = stream.id!
      simulator.streamOpened()
      takeRequest({ simulator, connection, wire: http2Wire(stream, headers, place) })
    })
  }
}

/** No timeouts but the scenario's own: a practice API must be able to hang. */
function settings({ idle }: Scenario['keepAlive']): http.ServerOptions {
  return { requestTimeout: 0, headersTimeout: 0, keepAliveTimeout: idle, keepAliveTimeoutBuffer: 0 }
}
