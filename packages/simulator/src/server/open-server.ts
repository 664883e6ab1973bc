import * as http from 'node:http'
import * as http2 from 'node:http2'
import * as https from 'node:https'
import type { Socket } from 'node:net'
import type { Scenario } from '../scenario/scenario.ts'
import type { Simulator } from '../simulator.ts'
import type { Certificate } from './certificate.ts'
import { Connection } from './connection.ts'
import { Http1Wire } from './http1-wire.ts'
import { http2Wire } from './http2-wire.ts'
import { sayGoodbye } from './say-goodbye.ts'
import { takeRequest } from './take-request.ts'

/** A server, not listening yet, and how to end what is open on it. */
export interface OpenServer {
  readonly server: http.Server | https.Server | http2.Http2SecureServer
  closeConnections(): void
}

/** Brings what arrives on connections to the simulator: with a certificate encrypted ones, on request HTTP/2 too. */
export function openServer(simulator: Simulator, tls: Certificate | undefined, withHttp2: boolean): OpenServer {
  const { keepAlive } = simulator.scenario
  /** By the port of the other side, which tells connections of a moment apart. */
  const raw = new Map<number | undefined, Socket>()
  const connections = new Map<Socket | http2.Http2Session, Connection>()
  const track = (socket: Socket | http2.ServerHttp2Session, connection: Connection) => {
    connections.set(socket, connection)
    socket.on('close', () => {
      connections.delete(socket)
      connection.closed()
    })
  }

  const take: Take = (request, response) => {
    if ('stream' in request) {
      const connection = connections.get(request.stream.session!)
      if (connection === undefined) return
      simulator.streamOpened()
      takeRequest({ simulator, connection, wire: http2Wire(request, request.socket.remoteAddress) })
      return
    }
    const { socket } = request
    const connection = connections.get(socket)
    if (connection === undefined) return
    const beneath = raw.get(socket.remotePort) ?? socket
    const wire = new Http1Wire(request, response as http.ServerResponse, beneath, keepAlive.hint)
    takeRequest({ simulator, connection, wire })
  }

  const server = createServer(tls, withHttp2, settings(keepAlive), take)
  server.on('connection', (socket: Socket) => {
    const { remotePort } = socket
    raw.set(remotePort, socket)
    socket.on('close', () => {
      if (raw.get(remotePort) === socket) raw.delete(remotePort)
    })
    simulator.connectionOpened()
  })
  server.on(tls === undefined ? 'connection' : 'secureConnection', (socket: Socket) => {
    if ('alpnProtocol' in socket && socket.alpnProtocol === 'h2') return
    let answers = 0
    const onAnswer = () => {
      answers++
      // Without having said so.
      if (answers === keepAlive.requests) socket.destroySoon()
    }
    track(socket, new Connection(onAnswer))
  })
  server.on('session', (session: http2.ServerHttp2Session) => {
    track(session, new Connection())
    sayGoodbye(session, keepAlive, simulator.clock)
  })

  return {
    server,
    closeConnections() {
      for (const [socket, connection] of connections) {
        // Not left to the socket's own end, which may come after the server's.
        connection.closed()
        socket.destroy()
      }
      // And those that are not yet agreed on their encryption.
      for (const socket of raw.values()) socket.destroy()
    },
  }
}

type Take = (
  request: http.IncomingMessage | http2.Http2ServerRequest,
  response: http.ServerResponse | http2.Http2ServerResponse,
) => void

function createServer(
  tls: Certificate | undefined,
  withHttp2: boolean,
  given: http.ServerOptions,
  take: Take,
): OpenServer['server'] {
  if (tls === undefined) return http.createServer(given, take)
  if (!withHttp2) return https.createServer({ ...given, ...tls }, take)
  // What it has of HTTP/1.1 takes these as fields only.
  return Object.assign(http2.createSecureServer({ ...tls, allowHTTP1: true }, take), given)
}

/** No time-outs but the scenario's own: a practice API must be able to hang. */
function settings({ idle }: Scenario['keepAlive']): http.ServerOptions {
  return { requestTimeout: 0, headersTimeout: 0, keepAliveTimeout: idle, keepAliveTimeoutBuffer: 0 }
}
