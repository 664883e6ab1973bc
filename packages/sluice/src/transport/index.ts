/**
 * Transports: undici, the platform's `fetch`, and a function in memory.
 *
 * @module sluice/transport
 */

export type { TlsOptions } from './connect/tls.ts'
export { acceptEncoding, decodeBody } from './decode-body.ts'
export {
  AttemptTimeoutError,
  BodyError,
  BodySourceError,
  ConnectError,
  ConnectionLostError,
  LocalLimitError,
  NotProcessedError,
  ProtocolError,
  type SchemaIssue,
  TransportError,
  TransportFaultError,
} from './errors.ts'
export { type FetchTransportOptions, fetchTransport } from './fetch/fetch-transport.ts'
export { type MemoryHandler, memoryTransport } from './memory/memory-transport.ts'
export type { Exchange, Transport } from './transport.ts'
export type { UndiciTransportOptions } from './undici/options.ts'
export { undiciTransport } from './undici/undici-transport.ts'
