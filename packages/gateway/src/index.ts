/**
 * A gateway: programs in any language share the limits, credentials and retries of one client.
 *
 * @module @sluice/gateway
 */

export { createGateway, type Gateway, type GatewayFigures } from './gateway.ts'
export type { ForwardedMode, GatewayOptions, Upstream } from './options.ts'
export type { UpstreamFigures } from './upstream/figures.ts'
