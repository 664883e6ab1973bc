import type { AddressInfo } from 'node:net'
import { SettingsError } from 'sluice'
import type { ScenarioInput } from '../scenario/resolve-scenario.ts'
import { createSimulator, isSimulator, type Simulator, type SimulatorOptions } from '../simulator.ts'
import type { SimulatorStats } from '../stats/statistics.ts'
import { resolveTls, type TlsOption } from './certificate.ts'
import { type OpenServer, openServer } from './open-server.ts'

export interface ServeOptions extends SimulatorOptions {
  /** A scenario by name or as options, or a simulator. @default 'products' */
  readonly scenario?: ScenarioInput | Simulator | undefined
  /** 0 picks a free port. @default 0 */
  readonly port?: number | undefined
  /**
   * Serves over TLS: `true` creates a certificate for localhost and 127.0.0.1 at the start, valid for a week; or give
   * a certificate and its key, PEM. @default false
   */
  readonly tls?: TlsOption | undefined
  /** Offers HTTP/2 besides HTTP/1.1; requires `tls`. @default false */
  readonly http2?: boolean | undefined
}

/** A practice API on a socket. */
export interface RunningSimulator {
  /** URL without a trailing slash, such as `http://127.0.0.1:49152`; `https:` with `tls`. */
  readonly url: string
  readonly port: number
  /** With `tls`: certificate that clients have to trust, PEM. */
  readonly ca: string | undefined
  readonly simulator: Simulator
  /** Open connections: 0 once every client has closed its own. */
  readonly openConnections: number
  stats(): SimulatorStats
  /** Ends immediately, including requests in flight; leaves no sockets or timers behind. */
  close(): Promise<void>
}

/**
 * Serves a practice API on this machine only (127.0.0.1).
 *
 * `clock` and `random` apply to a simulator that is created here.
 *
 * @throws SettingsError if the scenario or the certificate is invalid; the system's error if the port cannot be bound.
 */
export async function serveSimulator(options: ServeOptions = {}): Promise<RunningSimulator> {
  const { scenario, http2 = false } = options
  const simulator = isSimulator(scenario) ? scenario : createSimulator(scenario, options)
  const tls = await resolveTls(options.tls)
  if (http2 && tls === undefined) throw new SettingsError('http2: needs tls, where clients negotiate it')
  const { server, openConnections, closeConnections } = openServer(simulator, tls, http2)
  const port = await listen(server, options.port ?? 0)

  return {
    url: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`,
    port,
    ca: tls?.cert,
    simulator,
    get openConnections() {
      return openConnections()
    },
    stats: () => simulator.stats(),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        closeConnections()
      }),
  }
}

function listen(server: OpenServer['server'], port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', () => resolve((server.address() as AddressInfo).port))
  })
}
