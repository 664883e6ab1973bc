import { createServer, type Server, type ServerOptions } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import type { ScenarioInput } from '../scenario/resolve-scenario.ts'
import type { Scenario } from '../scenario/scenario.ts'
import { createSimulator, isSimulator, type Simulator, type SimulatorOptions } from '../simulator.ts'
import type { SimulatorStats } from '../stats/statistics.ts'
import { Connection } from './connection.ts'
import { takeRequest } from './take-request.ts'

export interface ServeOptions extends SimulatorOptions {
  /** A scenario by name or written out, or a simulator. @default 'products' */
  readonly scenario?: ScenarioInput | Simulator | undefined
  /** 0 takes any that is free. @default 0 */
  readonly port?: number | undefined
}

/** A practice API on a socket. */
export interface RunningSimulator {
  /** `http://127.0.0.1:49152`, without a slash at its end. */
  readonly url: string
  readonly port: number
  readonly simulator: Simulator
  stats(): SimulatorStats
  /** Ends at once, whatever is in flight; leaves neither sockets nor timers. */
  close(): Promise<void>
}

/**
 * Serves a practice API on this machine only (127.0.0.1).
 *
 * `clock` and `random` are for a simulator that is made here.
 *
 * @throws SettingsError if the scenario cannot be; the system's error if the port cannot be had.
 */
export async function serveSimulator(options: ServeOptions = {}): Promise<RunningSimulator> {
  const { scenario } = options
  const simulator = isSimulator(scenario) ? scenario : createSimulator(scenario, options)
  const { keepAlive } = simulator.scenario
  const connections = new Map<Socket, Connection>()

  const server = createServer(settings(keepAlive), (request, response) => {
    const connection = connections.get(request.socket)
    if (connection !== undefined) takeRequest({ simulator, connection, request, response })
  })
  server.on('connection', (socket) => {
    const connection = new Connection(socket, keepAlive.requests)
    connections.set(socket, connection)
    simulator.connectionOpened()
    socket.on('close', () => {
      connections.delete(socket)
      connection.closed()
    })
  })
  const port = await listen(server, options.port ?? 0)

  return {
    url: `http://127.0.0.1:${port}`,
    port,
    simulator,
    stats: () => simulator.stats(),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        for (const [socket, connection] of connections) {
          // Not left to the socket's own end, which may come after the server's.
          connection.closed()
          socket.destroy()
        }
      }),
  }
}

/** No time-outs but the scenario's own: a practice API must be able to hang. */
function settings({ idle }: Scenario['keepAlive']): ServerOptions {
  return { requestTimeout: 0, headersTimeout: 0, keepAliveTimeout: idle, keepAliveTimeoutBuffer: 0 }
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', () => resolve((server.address() as AddressInfo).port))
  })
}
