/**
 * Transports: undici, the platform's `fetch`, and a function in memory.
 *
 * @module sluice/transport
 */

export { undiciTransport } from '#transport'
export { type FetchTransportOptions, fetchTransport } from './fetch-transport.ts'
export type { Exchange, Transport } from './transport.ts'
export { type MemoryHandler, memoryTransport } from './transport.ts'
export type { UndiciTransportOptions } from './undici/undici-transport.ts'
