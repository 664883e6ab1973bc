import { Agent, type buildConnector, type Dispatcher, Pool } from 'undici'
import { flag, wholeNumber } from '../../errors/checks.ts'
import type { Cancellation } from '../../time/cancellation.ts'
import type { Connector, ConnectTarget } from '../connect/connector.ts'
import type { ProxyRules } from '../connect/proxy-rules.ts'
import { LocalLimitError } from '../errors.ts'
import type { Connections } from './connections.ts'
import type { UndiciTransportOptions } from './options.ts'
import type { ReadySockets } from './ready-sockets.ts'
import { readTolerantly } from './tolerant-parser.ts'

export interface DispatcherParts {
  readonly options: UndiciTransportOptions
  readonly connector: Connector
  readonly proxyOf: ProxyRules | undefined
  /** Cancelled when the transport is closed: nothing is connected any more. */
  readonly closing: Cancellation
  readonly connections: Connections
  /** Connections to servers that were offered HTTP/2, and wanted HTTP/1.1. */
  readonly ready: ReadySockets
}

/** undici's agent, with connections made by our connector: a pool for each origin, direct or through a proxy. */
export function createDispatcher({
  options,
  connector,
  proxyOf,
  closing,
  connections,
  ready,
}: DispatcherParts): Dispatcher {
  const settings = {
    ...(options.connections === undefined
      ? undefined
      : { connections: wholeNumber('connections', options.connections, 1) }),
    allowH2: false,
    maxHeaderSize: wholeNumber('maxHeaderSize', options.maxHeaderSize ?? defaultMaxHeaderSize, 1_024),
    // undici's way of saying that a connection is closed after its first answer.
    ...(flag('keepAlive', options.keepAlive ?? true) ? undefined : { pipelining: 0 }),
    // Given up half a second before the server would; the rest of that race is won by trying again.
    keepAliveTimeoutThreshold: 500,
    // Our own attempt timeout covers both, to the millisecond.
    headersTimeout: 0,
    bodyTimeout: 0,
  }

  const poolFor = (given: string | URL): Pool => {
    const origin = String(given)
    const proxy = proxyOf?.(origin)
    // The proxy itself is the server of a request that is not tunnelled.
    const isForwarded = proxy !== undefined && origin.startsWith('http:')
    const target: ConnectTarget = isForwarded
      ? { ...proxy, alpn: ['http/1.1'], isProxy: true }
      : { ...placeOf(origin), alpn: ['http/1.1'], proxy }
    const connect: buildConnector.connector = (_options, callback) => {
      const connected = ready.take(origin)
      const connecting = connected === undefined ? connector.connect(target, closing) : Promise.resolve(connected)
      connecting.then(
        (socket) => {
          connections.add(origin, socket)
          callback(null, socket)
          readTolerantly(socket)
        },
        (error: Error) => {
          if (error instanceof LocalLimitError) connections.closeIdle()
          callback(error, null)
        },
      )
    }
    return new Pool(isForwarded ? proxy.origin : origin, { ...settings, connect })
  }
  return new Agent({ ...settings, factory: poolFor })
}

/** As undici and Node count: the names and values of one head, in bytes. */
const defaultMaxHeaderSize = 64 * 1_024

/** Where an origin is. */
export function placeOf(origin: string): Pick<ConnectTarget, 'protocol' | 'hostname' | 'port'> {
  const { protocol, hostname, port } = new URL(origin)
  return {
    protocol: protocol as ConnectTarget['protocol'],
    hostname: hostname.replace(/^\[(.+)\]$/, '$1'),
    port: port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port),
  }
}
