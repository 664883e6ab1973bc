import { SettingsError } from '../../errors/settings-error.ts'
import { fetchTransport } from '../fetch-transport.ts'
import { socketOptions } from '../socket-options.ts'
import type { Transport } from '../transport.ts'
import type { UndiciTransportOptions } from '../undici/undici-transport.ts'

/** Options that need direct access to sockets. */
const ofSockets = [
  'connections',
  ...socketOptions,
  'dispatcher',
] as const satisfies readonly (keyof UndiciTransportOptions)[]

/** Default transport on runtimes other than Node: the platform's `fetch`. @throws SettingsError */
export function builtInTransport(options: UndiciTransportOptions): Transport {
  for (const name of ofSockets) {
    const value = options[name]
    if (value === undefined || value === 'none' || value === false) continue
    throw new SettingsError(
      `${name}: only the transport for Node supports it, and here the fetch of the platform sends the requests; leave out ${name}`,
    )
  }
  return fetchTransport({ maxBody: options.maxBody, clock: options.clock })
}

/** Not available on this runtime. @throws SettingsError */
export function undiciTransport(): never {
  throw new SettingsError('undiciTransport needs Node; here use fetchTransport, or leave out transport')
}
