import { expect, it } from 'vitest'
import { exchange, fieldsOf, ok, rawUpstream, startGateway } from './raw-sockets.ts'

it('passes a GET on with its path as written, and the answer as it came', async () => {
  const upstream = await rawUpstream(() => ok('{"n":1}', 'Content-Type: application/json\r\nX-A: 1\r\nX-A: 1\r\n'))
  const { port } = await startGateway(upstream.url)
  const path = "/a|b/%7e/../x;y=1?q='1'&r={2}&r=%20+"
  const text = await exchange(port, `GET ${path} HTTP/1.1\r\nHost: localhost\r\nX-B: 2\r\nConnection: close\r\n\r\n`)
  expect(upstream.seen[0]!.head.split('\r\n')[0]).toBe(`GET ${path} HTTP/1.1`)
  const sent = fieldsOf(upstream.seen[0]!.head)
  expect(sent).toEqual({
    host: upstream.url.slice(7),
    connection: 'keep-alive',
    'x-b': '2',
    forwarded: 'for=unknown',
    via: expect.stringMatching(/^1\.1 sluice-[0-9a-f]{8}$/),
  })
  expect(text).toMatch(/^HTTP\/1\.1 200 OK\r\n/)
  expect(text.endsWith('\r\n\r\n{"n":1}')).toBe(true)
  expect(fieldsOf(text)).toMatchObject({ 'content-type': 'application/json', 'content-length': '7', 'x-a': '1, 1' })
  expect(fieldsOf(text)['server-timing']).toMatch(/^queue;dur=[\d.]+, upstream;dur=[\d.]+, attempts;desc="1"$/)
})
