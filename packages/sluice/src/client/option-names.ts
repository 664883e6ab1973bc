import { checkNames, type OptionNames, plainOptions } from '../errors/checks.ts'
import { SettingsError } from '../errors/settings-error.ts'
import type { TlsOptions } from '../transport/connect/tls.ts'
import { type BulkOptions, bulkOptionNames } from './bulk/options.ts'
import type { CallOptions, ExtendOptions } from './client.ts'
import { transportOptions } from './extended-options.ts'
import type { ClientOptions } from './settings.ts'

const extendOptionNames: OptionNames<ExtendOptions> = {
  baseUrl: true,
  headers: true,
  partition: true,
  weight: true,
  cost: true,
  priority: true,
  timeout: true,
  maxWait: true,
  idleTimeout: true,
  deadline: true,
  retry: true,
  hedge: true,
  coalesce: true,
  cache: true,
  maxRedirects: true,
  idempotencyKey: true,
  auth: true,
  perCall: true,
  perAttempt: true,
  mapError: true,
  bigNumbers: true,
}

const clientOptionNames: OptionNames<ClientOptions> = {
  ...extendOptionNames,
  cookies: true,
  concurrency: true,
  maxConcurrency: true,
  perPartition: true,
  maxMemory: true,
  rate: true,
  pool: true,
  rateScope: true,
  burst: true,
  actualCost: true,
  pacing: true,
  sharedLimits: true,
  quotaMemory: true,
  learn: true,
  breaker: true,
  giveUpAfter: true,
  maxWaiting: true,
  connectTimeout: true,
  dnsResultOrder: true,
  denyPrivateAddresses: true,
  telemetry: true,
  maxBody: true,
  maxHeaderSize: true,
  http2: true,
  keepAlive: true,
  proxy: true,
  tls: true,
  dispatcher: true,
  transport: true,
  clock: true,
  random: true,
}

const tlsOptionNames: OptionNames<TlsOptions> = { ca: true, cert: true, key: true, insecure: true }

export const callOptionNames: OptionNames<CallOptions> = { signal: true, deadline: true, caller: true, schema: true }

/** Rejects options that an extended client cannot override. @throws SettingsError */
export function checkExtendOptions(options: ExtendOptions): void {
  for (const name in options) {
    if (!Object.hasOwn(clientOptionNames, name) || Object.hasOwn(extendOptionNames, name)) continue
    if (options[name as keyof ExtendOptions] === undefined) continue
    throw new SettingsError(
      `extend: ${name} belongs to the limits and connections that extended clients share; call createClient for others`,
    )
  }
  checkNames('', options, extendOptionNames)
}

/** Rejects unknown options of a client. @throws SettingsError that suggests the probably intended name */
export function checkClientOptions(options: ClientOptions): void {
  checkNames('', options, clientOptionNames)
  if (options.tls !== undefined) checkNames('tls.', options.tls, tlsOptionNames)
  if (options.transport === undefined) return
  for (const name of transportOptions) {
    const value = options[name]
    // A custom transport uses no proxy, HTTP/2 or connections of the client: only values that disable these options
    // are accepted.
    if (value === undefined || value === 'none' || value === false) continue
    throw new SettingsError(
      `transport and ${name}: only the built-in transport obeys ${name}; give it to undiciTransport, or leave out transport`,
    )
  }
}

/** Splits combined options: those that only a bulk run has, and all others, which belong to the client. */
export function splitOptions<T>(options: ClientOptions & Omit<BulkOptions<T>, 'concurrency'>): {
  readonly client: ClientOptions
  readonly bulk: BulkOptions<T>
} {
  const isOfBulk = (name: string): boolean =>
    Object.hasOwn(bulkOptionNames, name) && !Object.hasOwn(clientOptionNames, name)
  const entries = Object.entries(plainOptions('options', options))
  return {
    client: Object.fromEntries(entries.filter(([name]) => !isOfBulk(name))),
    bulk: Object.fromEntries(entries.filter(([name]) => isOfBulk(name))),
  }
}
