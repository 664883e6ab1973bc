import type { IncomingMessage, ServerResponse } from 'node:http'
import { type ClientOptions, type Clock, type Duration, parseDuration, SettingsError } from 'sluice'
import { systemClock, wholeNumber } from 'sluice/internal'

/** API behind the gateway. */
export interface Upstream {
  /** Name in its path, `/NAME/…`. @default the only upstream, at `/` */
  readonly name?: string | undefined
  /** Http or https URL, whose path is put in front of the path of each request. */
  readonly url: string | URL
  /**
   * Options of its client: limits, retries, credentials, cache and connections. Redirects are returned like any other
   * response, and no headers are added except those of `headers`.
   */
  readonly client?: Omit<ClientOptions, 'baseUrl' | 'transport' | 'dispatcher' | 'maxRedirects'> | undefined
}

/** Information about the caller for the upstream: none, its address, or also the fields that the caller sends. */
export type ForwardedMode = 'hide' | 'show' | 'append'

/** Options of a gateway. */
export interface GatewayOptions {
  readonly upstreams: readonly Upstream[]
  /** Maximum wait for the limits. After it the caller gets a 503 with its position in the queue. @default '1min' */
  readonly maxWait?: Duration | undefined
  /**
   * Secret required in each request: as `Authorization: Bearer`, which is then not sent to the upstream, or as
   * `Proxy-Authorization`. @default none
   */
  readonly clientToken?: string | undefined
  /** Host names by which it may be called without a token, in addition to those of this machine. @default none */
  readonly hosts?: readonly string[] | undefined
  /**
   * `Forwarded` field for the upstream: `for=unknown`, the caller's address, or the address appended to the caller's
   * value. @default 'hide'
   */
  readonly forwarded?: ForwardedMode | undefined
  /** Maximum bytes of a request body stored for retries; a larger body is sent once. @default 256 KiB */
  readonly heldBody?: number | undefined
  /** Maximum silence of a caller within a body, or time in which it does not read its response. @default '30s' */
  readonly idleTimeout?: Duration | undefined
  /**
   * Traces requests: `openTelemetry()` of `sluice/opentelemetry`. Each span continues the trace of its caller and is
   * the parent of the spans of the upstream's client. @default none
   */
  readonly telemetry?: ClientOptions['telemetry']
  /** Called first with each request. Returns true if it handles the request itself. */
  readonly intercept?: ((request: IncomingMessage, response: ServerResponse) => boolean) | undefined
  /** @default the system's */
  readonly clock?: Clock | undefined
}

/** Options, completed and validated; without the upstreams, which may change. */
export interface GatewaySettings {
  readonly maxWait: number
  readonly clientToken: string | undefined
  readonly hosts: ReadonlySet<string>
  readonly forwarded: ForwardedMode
  readonly heldBody: number
  readonly idleTimeout: number
  readonly telemetry: ClientOptions['telemetry']
  readonly intercept: GatewayOptions['intercept']
  readonly clock: Clock
}

const forwardedModes: readonly ForwardedMode[] = ['hide', 'show', 'append']

/** Completes and validates the options. @throws SettingsError with the option, the expected and the actual value */
export function resolveGateway(options: GatewayOptions): GatewaySettings {
  const { clientToken, forwarded = 'hide', intercept } = options
  if (clientToken !== undefined && (typeof clientToken !== 'string' || !/^[\x21-\x7e]+$/.test(clientToken)))
    throw new SettingsError('clientToken: expected text of visible ASCII characters without spaces')
  if (!forwardedModes.includes(forwarded))
    throw new SettingsError(`forwarded: expected one of ${forwardedModes.join(', ')}, got ${JSON.stringify(forwarded)}`)
  return {
    maxWait: parseDuration('maxWait', options.maxWait ?? '1min'),
    clientToken,
    hosts: new Set((options.hosts ?? []).map((host) => host.toLowerCase())),
    forwarded,
    heldBody: wholeNumber('heldBody', options.heldBody ?? 256 * 1024, 0),
    idleTimeout: parseDuration('idleTimeout', options.idleTimeout ?? '30s'),
    telemetry: options.telemetry,
    intercept,
    clock: options.clock ?? systemClock,
  }
}
