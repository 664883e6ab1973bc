export { acceptEncoding, decodeBody } from './decode-body.ts'
export {
  AttemptTimeoutError,
  BodyError,
  ConnectError,
  ConnectionLostError,
  ProtocolError,
  type SchemaIssue,
  TransportError,
  TransportFaultError,
} from './errors.ts'
export { type FetchTransportOptions, fetchTransport } from './fetch/fetch-transport.ts'
export { type MemoryHandler, memoryTransport } from './memory/memory-transport.ts'
export type { Exchange, Transport } from './transport.ts'
export { type TlsOptions, type UndiciTransportOptions, undiciTransport } from './undici/undici-transport.ts'
