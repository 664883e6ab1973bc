import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createSecureServer } from 'node:http2'
import type { AddressInfo } from 'node:net'
import { argv } from 'node:process'
import { certificate } from '../../../packages/sluice/test/http2/certificate.ts'

// `body-server.ts http1|http2`: sends as many bytes as the path states, as fast as they are read. Prints its URL.

const isHttp2 = argv[2] === 'http2'
const block = Buffer.alloc(64 * 1024, 'x')

async function send({ url = '' }: IncomingMessage, response: ServerResponse): Promise<void> {
  const size = Number(url.slice(1))
  let goOn = (): void => {}
  response.on('error', () => {})
  response.on('drain', () => goOn())
  response.on('close', () => goOn())
  response.writeHead(200, { 'content-length': size })
  for (let sent = 0; sent < size && !response.destroyed; sent += block.byteLength) {
    if (response.write(block.subarray(0, size - sent))) continue
    await new Promise<void>((resolve) => {
      goOn = resolve
    })
  }
  response.end()
}

const server = isHttp2
  ? createSecureServer({ key: certificate.key, cert: certificate.cert }, send as never)
  : createServer(send)
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo
  process.stdout.write(`${isHttp2 ? 'https' : 'http'}://localhost:${port}\n`)
})
