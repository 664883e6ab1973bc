import type { IncomingMessage, ServerResponse } from 'node:http'
import { type ClientOptions, type Clock, type Duration, parseDuration, SettingsError } from 'sluice'
import { systemClock, wholeNumber } from 'sluice/internal'

/** An API behind the gateway. */
export interface Upstream {
  /** With a name it is at `/NAME/…`. @default the only upstream, at `/` */
  readonly name?: string | undefined
  /** Its http or https URL, whose path stands in front of that of each request. */
  readonly url: string | URL
  /**
   * Limits, retries, credentials, cache and connections of the client that calls it. Redirects are answers like any other, and no
   * header is added except those of `headers`.
   */
  readonly client?: Omit<ClientOptions, 'baseUrl' | 'transport' | 'dispatcher' | 'maxRedirects'> | undefined
}

/** What the upstream gets to know about the caller: nothing, its address, or also what the caller itself says. */
export type ForwardedMode = 'hide' | 'show' | 'append'

/** How a gateway behaves. */
export interface GatewayOptions {
  readonly upstreams: readonly Upstream[]
  /** Longest wait for the limits; after that the caller gets 503 with its position in the queue. @default '1min' */
  readonly maxWait?: Duration | undefined
  /**
   * Secret that each request must carry: as `Authorization: Bearer`, which then does not reach the upstream, or as
   * `Proxy-Authorization`. @default none
   */
  readonly clientToken?: string | undefined
  /** Host names, besides those of this machine itself, by which it may be called without a token. @default none */
  readonly hosts?: readonly string[] | undefined
  /** `Forwarded` as the upstream gets it: `for=unknown`, the caller's address, or appended to what the caller says. @default 'hide' */
  readonly forwarded?: ForwardedMode | undefined
  /** Bytes of a request body that are kept for another attempt; a larger one is sent once. @default 256 KiB */
  readonly heldBody?: number | undefined
  /** Longest silence of a caller within a body, or while it does not read its answer. @default '30s' */
  readonly idleTimeout?: Duration | undefined
  /**
   * Spans of requests: `openTelemetry()` of `sluice/opentelemetry`. Each continues the trace of its caller, and is the parent of the
   * spans of the upstream's client. @default none
   */
  readonly telemetry?: ClientOptions['telemetry']
  /** Called first with each request. Returns true if it answers the request itself. */
  readonly intercept?: ((request: IncomingMessage, response: ServerResponse) => boolean) | undefined
  /** @default the system's */
  readonly clock?: Clock | undefined
}

/** The options, complete and checked; without the upstreams, which may change. */
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

/** Completes and checks the options. @throws SettingsError that names the option, what was expected, and what came */
export function resolveGateway(options: GatewayOptions): GatewaySettings {
  const { clientToken, forwarded = 'hide', intercept } = options
  if (clientToken !== undefined && (typeof clientToken !== 'string' || !/^[\x21-\x7e]+$/.test(clientToken)))
    throw new SettingsError('clientToken: expected text of visible ASCII characters without blanks')
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
