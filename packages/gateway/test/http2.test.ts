import { createSecureServer } from 'node:http2'
import type { AddressInfo } from 'node:net'
import { expect, it, onTestFinished } from 'vitest'
import { certificate } from '../../sluice/test/http2/certificate.ts'
import { exchange, fieldsOf, startGateway } from './raw-sockets.ts'

it('passes messages on to an upstream of HTTP/2 as they arrive: path, length of an upload, trailers, long refusals', async () => {
  const seen: string[] = []
  const server = createSecureServer({ key: certificate.key, cert: certificate.cert }).on(
    'stream',
    (stream, headers) => {
      let bytes = 0
      stream.on('data', (chunk: Buffer) => {
        bytes += chunk.byteLength
      })
      stream.on('end', () => {
        seen.push(`${headers[':method']} ${headers[':path']} ${headers['content-length']} ${bytes}`)
        if (headers[':path'] === '/no') {
          stream.respond({ ':status': 404, 'set-cookie': ['a=1', 'b=2'] })
          stream.end('x'.repeat(200_000))
          return
        }
        stream.respond({ ':status': 200 }, { waitForTrailers: true })
        stream.on('wantTrailers', () => stream.sendTrailers({ 'x-sum': '9' }))
        stream.end('body')
      })
    },
  )
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  const { port } = await startGateway(`https://127.0.0.1:${(server.address() as AddressInfo).port}`, {
    heldBody: 4,
    client: { http2: true, tls: { insecure: true } },
  })
  const rest = 'HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n'
  expect(await exchange(port, `GET /a|b?q=' ${rest}\r\n`)).toMatch(/\r\n4\r\nbody\r\n0\r\nx-sum: 9\r\n\r\n$/)
  expect(await exchange(port, `POST /p ${rest}Content-Length: 8\r\n\r\n01234567`)).toContain('body')
  const refusal = await exchange(port, `GET /no ${rest}\r\n`)
  expect([refusal.slice(9, 12), fieldsOf(refusal)['set-cookie']]).toEqual(['404', ['a=1', 'b=2']])
  expect(refusal.match(/x{100,}/g)!.join('').length).toBeGreaterThan(190_000)
  expect(seen).toEqual(["GET /a|b?q=' undefined 0", 'POST /p 8 8', 'GET /no undefined 0'])
})
