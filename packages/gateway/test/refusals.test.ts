import { expect, it } from 'vitest'
import { exchange, fieldsOf, isWhole, ok, rawUpstream, startGateway } from './raw-sockets.ts'

const end = 'Host: localhost\r\n'

/** A second request that would be smuggled. */
const hidden = 'GET /hidden HTTP/1.1\r\nHost: localhost\r\n\r\n'

const ambiguous: readonly [string, string][] = [
  [
    'a length and chunks',
    `POST /x HTTP/1.1\r\n${end}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${hidden}`,
  ],
  [
    'chunks and a length',
    `POST /x HTTP/1.1\r\n${end}Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n${hidden}`,
  ],
  ['two lengths', `POST /x HTTP/1.1\r\n${end}Content-Length: 4\r\nContent-Length: 5\r\n\r\nabcd${hidden}`],
  ['the same length twice', `POST /x HTTP/1.1\r\n${end}Content-Length: 4\r\nContent-Length: 4\r\n\r\nabcd${hidden}`],
  ['a list of lengths', `POST /x HTTP/1.1\r\n${end}Content-Length: 4, 4\r\n\r\nabcd${hidden}`],
  ['a length with a sign', `POST /x HTTP/1.1\r\n${end}Content-Length: +4\r\n\r\nabcd${hidden}`],
  ['a hexadecimal length', `POST /x HTTP/1.1\r\n${end}Content-Length: 0x4\r\n\r\nabcd${hidden}`],
  ['a negative length', `POST /x HTTP/1.1\r\n${end}Content-Length: -1\r\n\r\nabcd${hidden}`],
  ['a length beyond 64 bits', `POST /x HTTP/1.1\r\n${end}Content-Length: 18446744073709551620\r\n\r\nabcd${hidden}`],
  ['a coding that is not chunked', `POST /x HTTP/1.1\r\n${end}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n${hidden}`],
  ['chunked not last', `POST /x HTTP/1.1\r\n${end}Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n${hidden}`],
  [
    'two codings',
    `POST /x HTTP/1.1\r\n${end}Transfer-Encoding: chunked\r\nTransfer-Encoding: x\r\n\r\n0\r\n\r\n${hidden}`,
  ],
  ['a space before the colon', `POST /x HTTP/1.1\r\n${end}Content-Length : 4\r\n\r\nabcd${hidden}`],
  ['a tab before the colon', `POST /x HTTP/1.1\r\n${end}Transfer-Encoding\t: chunked\r\n\r\n0\r\n\r\n${hidden}`],
  ['a folded line', `GET /x HTTP/1.1\r\n${end}X-A: 1\r\n Content-Length: 40\r\n\r\n${hidden}`],
  ['a line feed alone after a field', `GET /x HTTP/1.1\r\nHost: localhost\nX-A: 1\r\n\r\n`],
  ['line feeds alone', `GET /x HTTP/1.1\nHost: localhost\n\n`],
  ['a carriage return alone', `GET /x HTTP/1.1\r\nHost: localhost\r\nX-A: 1\rX-B: 2\r\n\r\n`],
  ['a NUL in a value', `GET /x HTTP/1.1\r\n${end}X-A: a\0b\r\n\r\n`],
  ['a name that is no token', `GET /x HTTP/1.1\r\n${end}X A: 1\r\n\r\n`],
  ['no Host', `GET /x HTTP/1.1\r\n\r\n`],
  ['two Hosts', `GET /x HTTP/1.1\r\n${end}Host: evil\r\n\r\n`],
  ['a Host that is none', `GET /x HTTP/1.1\r\nHost: a b@c\r\n\r\n`],
  ['an unknown method', `BREW /x HTTP/1.1\r\n${end}\r\n`],
  ['a wrong version', `GET /x HTTP/1.9\r\n${end}\r\n`],
  ['the preface of HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
  ['TLS', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'],
  ['a bad chunk size', `POST /x HTTP/1.1\r\n${end}Transfer-Encoding: chunked\r\n\r\nzz\r\nab\r\n0\r\n\r\n${hidden}`],
  [
    'a chunk that is too long',
    `POST /x HTTP/1.1\r\n${end}Transfer-Encoding: chunked\r\n\r\n2\r\nabcd\r\n0\r\n\r\n${hidden}`,
  ],
  [
    'a chunk size with a line feed alone',
    `POST /x HTTP/1.1\r\n${end}Transfer-Encoding: chunked\r\n\r\n2\nab\r\n0\r\n\r\n${hidden}`,
  ],
  ['the absolute form', `GET http://example.com/x HTTP/1.1\r\n${end}\r\n`],
  ['a target that is no path', `GET x HTTP/1.1\r\n${end}\r\n`],
  ['the asterisk form', `OPTIONS * HTTP/1.1\r\n${end}\r\n`],
  ['a fragment', `GET /x#y HTTP/1.1\r\n${end}\r\n`],
]

it('answers 400 to what two servers could read in two ways, and passes nothing on', async () => {
  const upstream = await rawUpstream(() => ok())
  const { port } = await startGateway(upstream.url)
  const answers = await Promise.all(ambiguous.map(([, bytes]) => exchange(port, bytes, isWhole)))
  const shown = (text: string): string => `${text.split('\r\n', 1)[0]} ${fieldsOf(text)['content-type']}`
  expect(Object.fromEntries(ambiguous.map(([name], index) => [name, shown(answers[index]!)]))).toEqual(
    Object.fromEntries(ambiguous.map(([name]) => [name, 'HTTP/1.1 400 Bad Request application/problem+json'])),
  )
  expect(upstream.seen.map(({ head }) => head)).toEqual([])
})

it('refuses what it does not do, each with a status of its own', async () => {
  const upstream = await rawUpstream(() => ok())
  const { port, gateway } = await startGateway(upstream.url)
  const requests: readonly [string, number][] = [
    [`CONNECT example.com:443 HTTP/1.1\r\n${end}\r\n`, 405],
    [`TRACE /x HTTP/1.1\r\n${end}\r\n`, 405],
    [`GET /x HTTP/1.1\r\n${end}Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n`, 501],
    [`GET /x HTTP/1.1\r\n${end}X: ${'a'.repeat(70_000)}\r\n\r\n`, 431],
    [`GET /${'a'.repeat(70_000)} HTTP/1.1\r\n${end}\r\n`, 431],
    [`GET /x HTTP/1.1\r\n${end}Expect: something\r\n\r\n`, 417],
    [`GET /x HTTP/1.1\r\n${end}Sluice-Priority: high\r\n\r\n`, 400],
    // Web pages: a name that was made to mean this machine, and the page of another site.
    ['GET /x HTTP/1.1\r\nHost: evil.example\r\n\r\n', 403],
    [`POST /x HTTP/1.1\r\n${end}Origin: https://evil.example\r\nContent-Length: 0\r\n\r\n`, 403],
    [`GET /x HTTP/1.1\r\n${end}Sec-Fetch-Site: cross-site\r\n\r\n`, 403],
  ]
  const answers = await Promise.all(requests.map(([bytes]) => exchange(port, bytes, isWhole)))
  expect(answers.map((text) => Number(text.slice(9, 12)))).toEqual(requests.map(([, status]) => status))
  expect(answers.map((text) => fieldsOf(text)['content-type'])).toEqual(requests.map(() => 'application/problem+json'))
  expect(upstream.seen).toEqual([])
  expect(gateway.figures().refused.get('GATEWAY_ORIGIN')).toBe(2)
})

it('passes a request on whose offer of HTTP/2 it does not take', async () => {
  const upstream = await rawUpstream(() => ok())
  const { port } = await startGateway(upstream.url)
  const offer = 'Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n'
  const text = await exchange(port, `GET /x HTTP/1.1\r\n${end}${offer}\r\n`, (all) => all.endsWith('ok'))
  expect(text).toMatch(/^HTTP\/1\.1 200 OK/)
  expect(upstream.seen[0]!.head).not.toMatch(/upgrade|http2-settings/i)
})

it('needs its client token, which does not reach the upstream', async () => {
  const upstream = await rawUpstream(() => ok())
  const { port } = await startGateway(upstream.url, { clientToken: 's3cret' })
  const get = (fields: string): string => `GET /x HTTP/1.1\r\nHost: gateway.internal\r\n${fields}\r\n`
  const given = [
    '',
    'Authorization: Bearer wrong\r\n',
    'Authorization: Bearer s3cret\r\n',
    'Proxy-Authorization: Bearer s3cret\r\nAuthorization: Bearer mine\r\n',
    `Proxy-Authorization: Basic ${btoa('me:s3cret')}\r\n`,
  ]
  const statuses: string[] = []
  for (const fields of given) statuses.push((await exchange(port, get(fields), isWhole)).slice(9, 12))
  expect(statuses).toEqual(['401', '401', '200', '200', '200'])
  expect(upstream.seen.map(({ head }) => fieldsOf(head).authorization)).toEqual([undefined, 'Bearer mine', undefined])
  expect(JSON.stringify(upstream.seen.map(({ head }) => head))).not.toContain('s3cret')
})
