export { undiciTransport, undiciTransport as builtInTransport } from '../undici/undici-transport.ts'
