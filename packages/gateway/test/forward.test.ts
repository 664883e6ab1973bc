import { connect } from 'node:net'
import { gzipSync } from 'node:zlib'
import { apiKeyAuth, bearerAuth } from 'sluice/auth'
import { expect, it, onTestFinished, vi } from 'vitest'
import { exchange, fieldsOf, isWhole, ok, openSocket, rawUpstream, startGateway } from './raw-sockets.ts'

const host = 'Host: localhost\r\n'
const get = (path = '/x', fields = '', method = 'GET'): string => `${method} ${path} HTTP/1.1\r\n${host}${fields}\r\n`
const bodyOf = (text: string): string => text.slice(text.indexOf('\r\n\r\n') + 4)

it('passes a GET on with its path as written, and the response unchanged', async () => {
  const upstream = await rawUpstream(() => ok('{"n":1}', 'Content-Type: application/json\r\nX-A: 1\r\nX-A: 1\r\n'))
  const { port } = await startGateway(upstream.url)
  const path = "/a|b/%7e/../x;y=1?q='1'&r={2}&r=%20+"
  const text = await exchange(port, get(path, 'X-B: 2\r\nX-B: 3\r\nCookie: a=1\r\nCookie: b=2\r\n'), isWhole)
  expect(upstream.seen[0]!.head.split('\r\n')[0]).toBe(`GET ${path} HTTP/1.1`)
  expect(fieldsOf(upstream.seen[0]!.head)).toEqual({
    host: upstream.url.slice(7),
    connection: 'keep-alive',
    'x-b': '2, 3',
    cookie: 'a=1; b=2',
    forwarded: 'for=unknown',
    via: expect.stringMatching(/^1\.1 sluice-[0-9a-f]{8}$/),
  })
  expect(text).toMatch(/^HTTP\/1\.1 200 OK\r\n/)
  expect(bodyOf(text)).toBe('{"n":1}')
  expect(fieldsOf(text)).toMatchObject({ 'content-type': 'application/json', 'content-length': '7', 'x-a': '1, 1' })
  expect(fieldsOf(text)['server-timing']).toMatch(/^queue;dur=[\d.]+, upstream;dur=[\d.]+, attempts;desc="1"$/)
})

it('finds several upstreams by name, and does not leave the path of one', async () => {
  const upstream = await rawUpstream(() => 'HTTP/1.1 302 Found\r\nLocation: /v1/there\r\nContent-Length: 0\r\n\r\n')
  const [a, b] = [`${upstream.url}/v1/`, upstream.url]
  const client = { proxy: 'none' }
  const { port } = await startGateway([
    { name: 'a', url: a, client },
    { name: 'b', url: b, client },
  ])
  const statuses: string[] = []
  const paths = [
    '/a/x?y',
    '/a',
    '/b/../x',
    '/a?z',
    '/a/../x',
    '/a/%2e%2E/x',
    '/a/y%2f..%2f..%2fx',
    '/c/x',
    '/',
    '/a/x/../y',
  ]
  for (const path of paths) statuses.push((await exchange(port, get(path), isWhole)).slice(9, 12))
  expect(statuses).toEqual(['302', '302', '302', '302', '400', '400', '400', '404', '404', '302'])
  expect(upstream.seen.map(({ head }) => head.split(' ')[1])).toEqual([
    '/v1/x?y',
    '/v1/',
    '/../x',
    '/v1/?z',
    '/v1/x/../y',
  ])
  // A path of the upstream as callers find it; the redirect itself is theirs to follow.
  expect(fieldsOf(await exchange(port, get('/a/here'), isWhole)).location).toBe('/a/there')
})

it('drops fields about one connection both ways, those that Connection names too', async () => {
  const answer =
    'Connection: X-Hop, close\r\nX-Hop: 1\r\nKeep-Alive: timeout=5\r\nProxy-Authenticate: Basic\r\nX-Kept: 1\r\n'
  const upstream = await rawUpstream(() => ok('ok', `${answer}Alt-Svc: h3=":443"\r\nVia: 1.0 other\r\n`))
  const { port } = await startGateway(upstream.url)
  const fields = [
    'Connection: X-Mine, Authorization, keep-alive',
    'X-Mine: 1',
    'Authorization: Bearer own',
    'TE: trailers',
    'Keep-Alive: 5',
    'Proxy-Connection: keep-alive',
    'Proxy-Authorization: Basic eA==',
    'X-Forwarded-For: 1.2.3.4',
    'Forwarded: for=1.2.3.4',
    'X-Real-IP: 1.2.3.4',
    'Sluice-Client: me',
    'Sluice-Priority: 5',
    'Via: 1.0 mine',
  ].join('\r\n')
  const text = await exchange(port, get('/x', `${fields}\r\n`), isWhole)
  expect(Object.keys(fieldsOf(upstream.seen[0]!.head)).sort()).toEqual(
    ['authorization', 'connection', 'forwarded', 'host', 'via'].sort(),
  )
  expect(fieldsOf(upstream.seen[0]!.head)).toMatchObject({ forwarded: 'for=unknown', connection: 'keep-alive' })
  expect(fieldsOf(upstream.seen[0]!.head).via).toMatch(/^1\.0 mine, 1\.1 sluice-/)
  expect(Object.keys(fieldsOf(text)).sort()).toEqual(
    ['connection', 'content-length', 'date', 'keep-alive', 'server-timing', 'via', 'x-kept'].sort(),
  )
  expect(fieldsOf(text).via).toMatch(/^1\.0 other, 1\.1 sluice-/)
})

it('shows the caller to the upstream where that is wanted', async () => {
  const upstream = await rawUpstream(() => ok())
  const shown = await startGateway(upstream.url, { forwarded: 'show' })
  const appended = await startGateway(upstream.url, { forwarded: 'append' })
  for (const { port } of [shown, appended])
    await exchange(port, get('/x', 'X-Forwarded-For: 1.2.3.4\r\nForwarded: for=1.2.3.4\r\n'), isWhole)
  const own = 'for=127.0.0.1;host="localhost";proto=http'
  expect(upstream.seen.map(({ head }) => fieldsOf(head))).toMatchObject([
    { forwarded: own, 'x-forwarded-for': '127.0.0.1', 'x-forwarded-host': 'localhost', 'x-forwarded-proto': 'http' },
    { forwarded: `for=1.2.3.4, ${own}`, 'x-forwarded-for': '1.2.3.4, 127.0.0.1' },
  ])
})

it('passes answers of every kind on unchanged', async () => {
  const packed = gzipSync('{"a":1}').toString('latin1')
  const long = 'x'.repeat(300_000)
  const answers: Record<string, string> = {
    '/head': 'HTTP/1.1 200 OK\r\nContent-Length: 1234\r\n\r\n',
    '/204': 'HTTP/1.1 204 No Content\r\nX-A: 1\r\nTrailer: X-B\r\n\r\n',
    '/304': 'HTTP/1.1 304 Not Modified\r\nETag: "1"\r\nContent-Length: 77\r\n\r\n',
    '/chunks':
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\nX-Sum: 9\r\n\r\n',
    '/packed': ok(packed, 'Content-Encoding: gzip\r\n'),
    '/packed-404': `HTTP/1.1 404 Not Found\r\nContent-Encoding: gzip\r\nContent-Length: ${packed.length}\r\n\r\n${packed}`,
    '/unknown-coding': ok('odd', 'Content-Encoding: odd\r\n'),
    '/cookies': ok('', 'Set-Cookie: a=1, b\r\nSet-Cookie: c=2\r\n'),
    '/moved': 'HTTP/1.1 301 Moved\r\nLocation: https://elsewhere.example/\r\nContent-Length: 2\r\n\r\ngo',
    '/long-404': `HTTP/1.1 404 Not Found\r\nContent-Length: ${long.length}\r\n\r\n${long}`,
    '/teapot': 'HTTP/1.1 418 I am\r\nTransfer-Encoding: chunked\r\n\r\n3\r\ntea\r\n0\r\n\r\n',
    '/latin': ok('', 'X-A: gr\xfc\xdfe\r\n'),
    '/hints': `HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n${ok()}`,
    '/throttled': 'HTTP/1.1 429 Too Many Requests\r\nRetry-After: 7\r\nContent-Length: 4\r\n\r\nslow',
  }
  const upstream = await rawUpstream(({ head }) => answers[head.split(' ')[1]!])
  const { port } = await startGateway(upstream.url, { client: { retry: false } })
  const ask = (path: string, fields = '', method = 'GET'): Promise<string> =>
    exchange(port, get(path, `${fields}Connection: close\r\n`, method))

  const head = await ask('/head', '', 'HEAD')
  expect([fieldsOf(head)['content-length'], bodyOf(head)]).toEqual(['1234', ''])
  expect(await ask('/204')).toMatch(/^HTTP\/1\.1 204 No Content\r\n(?!.*content-length).*\r\n\r\n$/s)
  expect(fieldsOf(await ask('/304'))).toMatchObject({ etag: '"1"', 'content-length': '77' })
  expect(bodyOf(await ask('/chunks'))).toBe('2\r\nab\r\n1\r\nc\r\n0\r\nx-sum: 9\r\n\r\n')
  const old = await exchange(port, 'GET /chunks HTTP/1.0\r\n\r\n')
  expect([fieldsOf(old)['transfer-encoding'], bodyOf(old)]).toEqual([undefined, 'abc'])
  for (const path of ['/packed', '/packed-404'])
    expect([fieldsOf(await ask(path))['content-encoding'], bodyOf(await ask(path))]).toEqual(['gzip', packed])
  expect(bodyOf(await ask('/unknown-coding'))).toBe('odd')
  expect(fieldsOf(await ask('/cookies'))['set-cookie']).toEqual(['a=1, b', 'c=2'])
  const moved = await ask('/moved')
  expect([moved.slice(9, 12), fieldsOf(moved).location, bodyOf(moved)]).toEqual([
    '301',
    'https://elsewhere.example/',
    'go',
  ])
  const missing = await ask('/long-404')
  expect([missing.slice(9, 12), bodyOf(missing).length]).toEqual(['404', 300_000])
  const tea = await ask('/teapot')
  expect([tea.slice(9, 12), fieldsOf(tea)['content-length'], bodyOf(tea)]).toEqual(['418', '3', 'tea'])
  expect(fieldsOf(await ask('/latin'))['x-a']).toBe('gr\xfc\xdfe')
  expect(await ask('/hints')).toMatch(/^HTTP\/1\.1 200 OK/)
  const throttled = await ask('/throttled')
  expect([throttled.slice(9, 12), fieldsOf(throttled)['retry-after'], bodyOf(throttled)]).toEqual(['429', '7', 'slow'])
})

it('sends requests of every kind as they are: whole, in chunks, with a length, after 100 Continue', async () => {
  const upstream = await rawUpstream(() => ok())
  const { port } = await startGateway(upstream.url, { heldBody: 10 })
  const post = (fields: string, body: string, method = 'POST'): Promise<string> =>
    exchange(port, `${get('/x', fields, method)}${body}`, isWhole)
  await post('Content-Length: 3\r\n', 'abc')
  await post('Content-Length: 20\r\n', '01234567890123456789')
  await post('Transfer-Encoding: chunked\r\n', '3\r\nabc\r\n0\r\nX-T: 1\r\n\r\n')
  await post('Content-Length: 0\r\n', '', 'PUT')
  await post('Content-Length: 2\r\n', 'ab', 'GET')
  await post('', '', 'DELETE')
  await post('Max-Forwards: 3\r\n', '', 'OPTIONS')
  expect(upstream.seen.map(({ head, body }) => [fieldsOf(head)['content-length'], body])).toEqual([
    ['3', 'abc'],
    ['20', '01234567890123456789'],
    [undefined, '3\r\nabc\r\n0\r\n\r\n'],
    ['0', ''],
    ['2', 'ab'],
    [undefined, ''],
    [undefined, ''],
  ])
  expect(fieldsOf(upstream.seen.at(-1)!.head)['max-forwards']).toBe('2')
  expect(await post('Max-Forwards: 0\r\n', '', 'OPTIONS')).toMatch(/^HTTP\/1\.1 200 .*allow: GET/s)
  expect(upstream.seen).toHaveLength(7)

  const caller = await openSocket(port)
  caller.write(get('/x', 'Content-Length: 5\r\nExpect: 100-continue\r\n', 'POST'))
  expect(await caller.until((text) => text.endsWith('\r\n\r\n'))).toBe('HTTP/1.1 100 Continue\r\n\r\n')
  caller.write('hello')
  await caller.until((text) => text.endsWith('ok'))
  expect([upstream.seen[7]!.body, fieldsOf(upstream.seen[7]!.head).expect]).toEqual(['hello', undefined])
})

it('streams both ways: each event and each chunk arrives before the next is sent', async () => {
  const upstream = await rawUpstream(() => undefined)
  const { port } = await startGateway(upstream.url)
  const caller = await openSocket(port)
  caller.write(get('/events', 'Accept: text/event-stream\r\n'))
  await vi.waitFor(() => expect(upstream.seen).toHaveLength(1))
  const { socket } = upstream.seen[0]!
  socket.write('HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n')
  await caller.until((text) => text.includes('\r\n\r\n'))
  for (const event of ['data: 1\n\n', 'data: 2\n\n']) {
    socket.write(event)
    await caller.until((text) => text.includes(event))
  }
  socket.end()
  await caller.until((text) => text.endsWith('0\r\n\r\n'))

  let bytes = ''
  for (const open of upstream.sockets) open.destroy()
  const upload = await openSocket(port)
  upload.write(get('/up', 'Transfer-Encoding: chunked\r\n', 'POST'))
  upload.write('3\r\nabc\r\n')
  await vi.waitFor(() => expect(upstream.sockets.size).toBe(1))
  const [receiving] = [...upstream.sockets]
  receiving!.on('data', (chunk) => {
    bytes += chunk
  })
  upload.write('3\r\ndef\r\n')
  await vi.waitFor(() => expect(bytes).toContain('def'))
  receiving!.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n')
  await upload.until((text) => text.includes('hi'))
  upload.write('3\r\nghi\r\n0\r\n\r\n')
  await vi.waitFor(() => expect(bytes).toContain('ghi'))
  receiving!.write('0\r\n\r\n')
  await upload.until((text) => text.endsWith('0\r\n\r\n'))
})

it('resends only what may be repeated and is still there', async () => {
  let failures = 0
  const busy = 'HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n'
  const upstream = await rawUpstream(({ socket, head }) => {
    if (failures-- <= 0) return ok()
    if (!head.includes('/cut')) return busy
    socket.destroy()
    return undefined
  })
  const { port } = await startGateway(upstream.url, { heldBody: 10, client: { retry: { base: 1, cap: 1 } } })
  const seen: [string, number][] = []
  const run = async (method: string, path: string, fields: string, body: string): Promise<void> => {
    failures = 1
    const before = upstream.seen.length
    const text = await exchange(port, `${get(path, fields, method)}${body}`, isWhole)
    seen.push([text.slice(9, 12), upstream.seen.length - before])
  }
  await run('GET', '/x', '', '')
  await run('PUT', '/x', 'Transfer-Encoding: chunked\r\n', '3\r\nabc\r\n0\r\n\r\n')
  await run('PUT', '/cut', 'Content-Length: 3\r\n', 'abc')
  await run('PUT', '/x', 'Content-Length: 20\r\n', '01234567890123456789')
  await run('POST', '/x', 'Content-Length: 3\r\n', 'abc')
  await run('POST', '/cut', 'Content-Length: 3\r\n', 'abc')
  await run('POST', '/cut', 'Content-Length: 3\r\nIdempotency-Key: 1\r\n', 'abc')
  expect(seen).toEqual([
    ['200', 2],
    ['200', 2],
    ['200', 2],
    ['503', 1],
    ['503', 1],
    ['502', 1],
    ['200', 2],
  ])
})

it('gives requests the credentials of the gateway, instead of what programs send', async () => {
  const upstream = await rawUpstream(() => ok())
  const [bearer, key] = [bearerAuth('real'), apiKeyAuth({ header: 'X-Api-Key', key: 'real' })]
  const ports = [
    (await startGateway(upstream.url, { client: { auth: bearer } })).port,
    (await startGateway(upstream.url, { client: { auth: key, headers: { 'User-Agent': 'ours' } } })).port,
  ]
  const fields = 'Authorization: Bearer dummy\r\nX-Api-Key: dummy\r\nUser-Agent: theirs\r\n'
  for (const port of ports) await exchange(port, get('/x', fields), isWhole)
  const seen = upstream.seen.map(({ head }) => fieldsOf(head))
  expect(seen[0]).toMatchObject({ authorization: 'Bearer real', 'x-api-key': 'dummy', 'user-agent': 'theirs' })
  expect(seen[1]).toMatchObject({ 'x-api-key': 'real', 'user-agent': 'ours' })
  expect(seen[1]!.authorization).toBeUndefined()
})

it('answers from its cache, as the upstream encoded it', async () => {
  const packed = gzipSync('{"a":1}').toString('latin1')
  const upstream = await rawUpstream(() => ok(packed, 'Content-Encoding: gzip\r\nCache-Control: max-age=60\r\n'))
  const { port } = await startGateway(upstream.url, { client: { cache: 'http' } })
  for (const _ of [1, 2]) {
    const text = await exchange(port, get('/x', 'Accept-Encoding: gzip\r\n'), isWhole)
    expect([fieldsOf(text)['content-encoding'], bodyOf(text)]).toEqual(['gzip', packed])
  }
  expect(upstream.seen).toHaveLength(1)
})

it('answers requests that are sent ahead on one connection in their order', async () => {
  const upstream = await rawUpstream(({ head, socket }) => {
    const path = head.split(' ')[1]!
    if (path === '/3') return ok(path)
    setTimeout(() => socket.write(ok(path)), 20)
    return undefined
  })
  const { port } = await startGateway(upstream.url)
  const caller = await openSocket(port)
  caller.write(get('/1') + get('/2') + get('/3'))
  const text = await caller.until((all) => all.endsWith('/3'))
  expect(text.match(/(?<=\r\n\r\n)\/\d/g)).toEqual(['/1', '/2', '/3'])
})

it('writes a small answer in one piece, and does not wait for the rest of one that comes slowly', async () => {
  const upstream = await rawUpstream(({ head }) => (head.includes('/slow') ? ok('hello').slice(0, -3) : ok('hello')))
  const { gateway, port } = await startGateway(upstream.url)
  const pieces: string[] = []
  const socket = connect(port, '127.0.0.1', () => socket.write(get('/quick')))
  onTestFinished(() => void socket.destroy())
  socket.setEncoding('latin1').on('data', (text: string) => pieces.push(text))
  await vi.waitFor(() => expect(pieces.join('')).toMatch(/hello$/))
  expect(pieces).toHaveLength(1)

  const caller = await openSocket(port)
  caller.write(get('/slow'))
  await caller.until((text) => text.endsWith('\r\n\r\nhe'))
  upstream.seen[1]!.socket.write('llo')
  await caller.until((text) => text.endsWith('\r\n\r\nhello'))
  await vi.waitFor(() => expect(gateway.figures().upstreams[0]).toMatchObject({ open: 0, bytesOut: 10 }))
})

it('keeps the last tenth of the queue for callers that have little in it', async () => {
  const upstream = await rawUpstream(() => undefined)
  const { gateway, port } = await startGateway(upstream.url, { client: { concurrency: 1, maxWaiting: 20 } })
  const [{ client }] = gateway.upstreams as [(typeof gateway.upstreams)[number]]
  const ask = (caller: string): Promise<string> => exchange(port, get('/x', `Sluice-Client: ${caller}\r\n`), isWhole)
  for (let index = 0; index < 19; index++) {
    const socket = await openSocket(port)
    socket.write(get('/x', 'Sluice-Client: batch\r\n'))
  }
  await vi.waitFor(() => expect(client.status()).toMatchObject({ inFlight: 1, waiting: 18 }))
  const refused = await ask('batch')
  expect([refused.slice(9, 12), fieldsOf(refused)['retry-after']]).toEqual(['503', '1'])
  expect(JSON.parse(bodyOf(refused))).toMatchObject({
    code: 'SLUICE_QUEUE_FULL',
    detail:
      '18 calls wait, and 20 requests of this caller are open: the remaining places of 20 are for other callers (maxWaiting).',
  })
  void ask('person')
  await vi.waitFor(() => expect(client.status().waiting).toBe(19))
})

it('cancels the call of a caller that hangs up, and gives its permit back', async () => {
  const upstream = await rawUpstream(() => undefined)
  const { gateway, port } = await startGateway(upstream.url, { client: { concurrency: 1 } })
  const [{ client }] = gateway.upstreams as [(typeof gateway.upstreams)[number]]
  const caller = await openSocket(port)
  caller.write(get())
  const waiting = await openSocket(port)
  await vi.waitFor(() => expect(upstream.seen).toHaveLength(1))
  waiting.write(get('/waits'))
  await vi.waitFor(() => expect(client.status()).toMatchObject({ inFlight: 1, waiting: 1 }))
  waiting.destroy()
  await vi.waitFor(() => expect(client.status()).toMatchObject({ inFlight: 1, waiting: 0 }))
  caller.destroy()
  await vi.waitFor(() => expect(client.status().inFlight).toBe(0))
  await vi.waitFor(() => expect(upstream.sockets.size).toBe(0))
  expect(gateway.figures().upstreams[0]).toMatchObject({ hungUp: 2, open: 0, ended: 2 })
})

it('tells in problem details why the upstream gave no response', async () => {
  const upstream = await rawUpstream(({ head, socket }) => {
    if (head.includes('/garbage')) return 'no HTTP at all\r\n\r\n'
    if (head.includes('/cut')) socket.end('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc')
    return undefined
  })
  const client = { retry: false, breaker: false } as const
  const { port, gateway } = await startGateway(upstream.url, { client })
  const { port: hasty } = await startGateway(upstream.url, { client: { ...client, timeout: 100 } })
  const garbage = await exchange(port, get('/garbage'), isWhole)
  expect([garbage.slice(9, 12), JSON.parse(bodyOf(garbage))]).toEqual([
    '502',
    expect.objectContaining({ status: 502, code: 'SLUICE_PROTOCOL', title: 'Bad Gateway' }),
  ])
  expect(JSON.parse(bodyOf(await exchange(hasty, get('/slow'), isWhole)))).toMatchObject({
    status: 504,
    code: 'SLUICE_ATTEMPT_TIMEOUT',
  })
  // A body that broke off is not taken for a whole one.
  const cut = await exchange(port, get('/cut'))
  expect([fieldsOf(cut)['content-length'], bodyOf(cut)]).toEqual(['10', 'abc'])
  await upstream.close()
  const refused = await exchange(port, get('/x?api_key=s3cret'), isWhole)
  expect(JSON.parse(bodyOf(refused))).toMatchObject({ status: 502, code: 'SLUICE_CONNECT' })
  expect(refused).not.toContain('s3cret')
  expect(gateway.figures().upstreams[0]!.brokenOff).toBe(1)
})
