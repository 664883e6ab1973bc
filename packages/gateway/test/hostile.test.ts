import { expect, it, vi } from 'vitest'
import { exchange, isWhole, ok, openSocket, rawUpstream, startGateway } from './raw-sockets.ts'

const get = (path = '/x', fields = '', method = 'GET'): string =>
  `${method} ${path} HTTP/1.1\r\nHost: localhost\r\n${fields}\r\n`
const evil = 'HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil'
const chunks = '2\r\nab\r\n0\r\n\r\n'

const unreadable: readonly [string, string][] = [
  ['a coding beside chunks', `HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n${chunks}`],
  [
    'two codings in an error',
    `HTTP/1.1 404 No\r\nTransfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n${chunks}`,
  ],
  ['two lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nabc'],
  ['a length with a sign', 'HTTP/1.1 200 OK\r\nContent-Length: +3\r\n\r\nabc'],
  ['an upgrade that was not requested', 'HTTP/1.1 101 Switching\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\nabc'],
  ['an interim answer with a body', `HTTP/1.1 103 Early\r\nContent-Length: 3\r\n\r\nabc${ok()}`],
  ['status 099', 'HTTP/1.1 099 X\r\nContent-Length: 0\r\n\r\n'],
  ['a name that is empty', 'HTTP/1.1 200 OK\r\n: 1\r\nContent-Length: 2\r\n\r\nab'],
  ['a carriage return within a value', 'HTTP/1.1 200 OK\r\nX: a\rY: b\r\nContent-Length: 2\r\n\r\nab'],
  ['a head of a megabyte', `HTTP/1.1 200 OK\r\nX: ${'a'.repeat(1_000_000)}\r\nContent-Length: 2\r\n\r\nab`],
  ['no HTTP', 'hello'],
]

it('answers 502 to answers that two programs could read in two ways', async () => {
  const answers = new Map(unreadable.map(([, bytes], index) => [`/${index}`, bytes]))
  const upstream = await rawUpstream(({ head }) => answers.get(head.split(' ')[1]!))
  const { port } = await startGateway(upstream.url, { client: { retry: false, breaker: false } })
  const texts = await Promise.all([...answers.keys()].map((path) => exchange(port, get(path), isWhole)))
  const shown = Object.fromEntries(unreadable.map(([name], index) => [name, texts[index]!.slice(0, 12)]))
  expect(shown).toEqual(Object.fromEntries(unreadable.map(([name]) => [name, 'HTTP/1.1 502'])))
})

it('takes nothing behind a response for the next one', async () => {
  const answers: Record<string, string> = {
    '/head': ok(evil),
    '/304': `HTTP/1.1 304 Not Modified\r\nContent-Length: ${evil.length}\r\n\r\n${evil}`,
    '/204': `HTTP/1.1 204 No Content\r\nContent-Length: ${evil.length}\r\n\r\n${evil}`,
    '/twice': ok('one') + evil,
  }
  const upstream = await rawUpstream(({ head }) => answers[head.split(' ')[1]!] ?? ok('good'))
  const { port } = await startGateway(upstream.url, { client: { concurrency: 1 } })
  const caller = await openSocket(port)
  for (const path of Object.keys(answers)) caller.write(get(path, '', path === '/head' ? 'HEAD' : 'GET') + get('/next'))
  caller.write(get('/last', 'Connection: close\r\n'))
  const text = await caller.until((all) => all.match(/good/g)?.length === 5)
  expect(text).not.toContain('evil')
  expect(text.match(/(?<=HTTP\/1\.1 )\d+/g)).toEqual(['200', '200', '304', '200', '204', '200', '200', '200', '200'])
})

it('passes on fields whose names every object has', async () => {
  const upstream = await rawUpstream(() => ok('ok', 'constructor: a\r\n__proto__: b\r\n'))
  const { port } = await startGateway(upstream.url)
  const text = await exchange(port, get('/x', 'constructor: 1\r\n__proto__: 2\r\nvalueOf: 3\r\n'), isWhole)
  expect(upstream.seen[0]!.head).toMatch(/\r\nconstructor: 1\r\nvalueof: 3\r\n/)
  expect(text).toContain('\r\nconstructor: a\r\n')
})

it('repeats a GET that met a kept connection as it was closed, and no POST', async () => {
  const upstream = await rawUpstream(({ head, socket }, count) => {
    if (count % 2 === 1 || head.startsWith('GET /again')) return ok()
    socket.destroy()
    return undefined
  })
  const { port } = await startGateway(upstream.url, { client: { retry: { base: 1, cap: 1 } } })
  const statusOf = async (bytes: string): Promise<string> => (await exchange(port, bytes, isWhole)).slice(9, 12)
  expect([await statusOf(get()), await statusOf(get())]).toEqual(['200', '200'])
  expect(upstream.seen).toHaveLength(3)
  const post = `${get('/p', 'Content-Length: 1\r\n', 'POST')}a`
  expect([await statusOf(post), upstream.seen.length]).toEqual(['502', 4])
})

it('does not wait for a response that interim answers put off forever', async () => {
  const upstream = await rawUpstream(({ socket }) => {
    const flood = setInterval(() => socket.write('HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n'.repeat(50)), 5)
    socket.on('close', () => clearInterval(flood))
    return undefined
  })
  const { port } = await startGateway(upstream.url, { client: { retry: false, timeout: 300 } })
  expect((await exchange(port, get(), isWhole)).slice(9, 12)).toBe('504')
  await vi.waitFor(() => expect(upstream.sockets.size).toBe(0))
})
