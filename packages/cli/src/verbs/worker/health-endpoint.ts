import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { SettingsError } from 'sluice'
import { type Listener, messageOf } from 'sluice/internal'
import type { Address } from '../../flags/values.ts'
import { portProblem } from '../port-problem.ts'
import type { HealthMetrics } from './health-metrics.ts'
import type { BacklogSource, StatusSource } from './worker-metrics.ts'

/** A server for health checks and metrics. */
export interface HealthServer {
  /** `http://127.0.0.1:9090` */
  readonly url: string
  /** Closes the port and all connections. */
  close(): Promise<void>
}

/** Health endpoint of a worker. */
export interface HealthEndpoint extends HealthServer {
  /** Counts the attempts of a client in the metrics. */
  readonly listener: Listener
}

export interface HealthServerOptions extends Address {
  /** Reason why the process is not ready; undefined if it is. */
  readonly obstacle: () => string | undefined
  readonly metrics: HealthMetrics
}

export interface HealthOptions extends Address {
  readonly status: StatusSource
  readonly concurrency: number
  /** Called for each `/metrics`. */
  readonly backlog?: BacklogSource | undefined
}

/** Maximum number of connections: health checks need one or two. */
const maxConnections = 64

/** Serves health checks for a worker. @throws SettingsError if the port cannot be used */
export async function openHealthEndpoint(options: HealthOptions): Promise<HealthEndpoint> {
  const { host, port, status, concurrency, backlog } = options
  const { workerMetrics } = await import('./worker-metrics.ts')
  const metrics = workerMetrics(status, concurrency, backlog)
  const server = await serveHealth({ host, port, obstacle: () => obstacleOf(status), metrics })
  return { ...server, listener: metrics.listener }
}

/**
 * Serves `/livez`, `/readyz` and `/metrics`. Closing it closes the metrics.
 *
 * @throws SettingsError if the port cannot be used
 */
export async function serveHealth(options: HealthServerOptions): Promise<HealthServer> {
  const { host, port, obstacle, metrics } = options
  const server = createServer((request, response) => {
    answer(request, response, obstacle, metrics).catch((error: unknown) => {
      if (!response.headersSent) say(response, 500, messageOf(error))
    })
  })
  server.maxConnections = maxConnections
  server.requestTimeout = 10_000
  try {
    await listen(server, host, port)
  } catch (error) {
    await metrics.close()
    throw new SettingsError(`--health: ${portProblem(error as NodeJS.ErrnoException, host, port)}`)
  }
  const name = host.includes(':') ? `[${host}]` : host
  return {
    url: `http://${name}:${(server.address() as AddressInfo).port}`,
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      server.closeAllConnections()
      await closed
      await metrics.close()
    },
  }
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  obstacleNow: () => string | undefined,
  metrics: HealthMetrics,
): Promise<void> {
  response.setHeader('cache-control', 'no-store')
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.setHeader('allow', 'GET, HEAD')
    say(response, 405, 'only GET and HEAD')
    return
  }
  switch (request.url?.split('?')[0]) {
    case '/livez':
      say(response, 200, 'alive')
      return
    case '/readyz': {
      const obstacle = obstacleNow()
      say(response, obstacle === undefined ? 200 : 503, obstacle ?? 'ready')
      return
    }
    case '/metrics':
      response.writeHead(200, { 'content-type': metrics.type }).end(await metrics.text())
      return
    default:
      say(response, 404, 'there are /livez, /readyz and /metrics')
  }
}

/** Reason why the worker does not accept work; undefined if it does. */
function obstacleOf(status: StatusSource): string | undefined {
  const now = status()
  if (now === undefined) return 'the worker has not joined yet'
  if (now.state !== 'working') return now.state === 'draining' ? 'the worker is draining' : 'the worker has ended'
  return now.isConnected ? undefined : 'the store does not answer'
}

function say(response: ServerResponse, code: number, text: string): void {
  response.writeHead(code, { 'content-type': 'text/plain; charset=utf-8' }).end(`${text}\n`)
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.off('error', reject)
      resolve()
    })
  })
}
