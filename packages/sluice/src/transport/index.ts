export { acceptEncoding, decodeBody } from './decode-body.ts'
export {
  AttemptTimeoutError,
  BodyError,
  ConnectError,
  ConnectionLostError,
  ProtocolError,
  TransportError,
} from './errors.ts'
export { type MemoryHandler, memoryTransport } from './memory/memory-transport.ts'
export type { Exchange, Transport } from './transport.ts'
