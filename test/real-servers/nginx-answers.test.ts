import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { type Client, ClientError } from 'sluice'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Nginx, nginxBrotliIsMissing, nginxIsMissing, startNginx } from './support/nginx.ts'
import { testClient } from './support/test-client.ts'

const text = Array.from({ length: 500 }, (_, line) => `line ${line} of a text that packs well, ¼ € 字\n`).join('')
const bytes = Uint8Array.from({ length: 100_000 }, (_, index) => (index * 31) % 251)
const bigSize = 12 * 1024 * 1024

describe.skipIf(nginxIsMissing)('the responses of nginx', () => {
  let nginx: Nginx
  let client: Client

  beforeAll(async () => {
    nginx = await startNginx(
      2,
      ({ root, ports: [main, other] }) => `
      gzip_min_length 100;
      gzip_types *;
      client_max_body_size 4k;
      large_client_header_buffers 4 2k;
      server {
        listen 127.0.0.1:${main};
        location /gzip/ { alias ${root}/; gzip on; }
        location /precompressed/ { gzip_static on; }
        ${nginxBrotliIsMissing ? '' : `location /br/ { alias ${root}/; brotli on; brotli_types *; brotli_min_length 100; }`}
        location /replaced/ { alias ${root}/; sub_filter 'packs' 'unpacks'; sub_filter_once off; sub_filter_types *; }
        location /cyrillic.txt { charset windows-1251; }
        location /listing/ { alias ${root}/files/; autoindex on; }
        location /listing.json/ { alias ${root}/files/; autoindex on; autoindex_format json; }
        location /packed/ { add_header Content-Encoding gzip; default_type text/plain; }
        location /denied { deny all; }
        location /empty { return 204; }
        location /nothing { default_type application/json; return 200 ''; }
        location /not-json { default_type application/json; return 200 'oops'; }
        location /upload/ { proxy_pass http://127.0.0.1:${main}/store/; }
        location /store/ { client_max_body_size 20m; dav_methods PUT DELETE; create_full_put_path on; }

        location = /hop/1 { return 301 /hop/2; }
        location = /hop/2 { return 302 /hop/3?a=b; }
        location = /hop/3 { return 307 http://127.0.0.1:${main}/hop/4#end; }
        location = /hop/4 { return 308 5; }
        location = /hop/5 { return 303 /hop/6; }
        location = /hop/6 { return 200 'arrived'; }
        location = /one-more { return 301 /hop/1; }
        location = /loop { return 302 /loop; }
        location = /moved-301 { return 301 /store/moved; }
        location = /moved-303 { return 303 /arrived; }
        location = /moved-308 { return 308 /store/moved; }
        location = /moved-in-utf-8 { return 301 /arrived?name=ü字; }
        location = /arrived { return 200 'arrived'; }
        location = /elsewhere { return 307 http://127.0.0.1:${other}/there; }
        location = /elsewhere-too { return 302 //localhost:${main}/arrived; }
        location = /to-a-file { return 302 file:///etc/passwd; }
        location = /to-nowhere { return 302 http://; }
      }
      server {
        listen 127.0.0.1:${other};
        location = /there { return 307 http://127.0.0.1:${main}/arrived?from=there; }
      }`,
    )
    writeFileSync(join(nginx.root, 'text.txt'), text)
    writeFileSync(join(nginx.root, 'bytes.bin'), bytes)
    writeFileSync(join(nginx.root, 'cyrillic.txt'), Buffer.from('eff0e8e2e5f2', 'hex'))
    writeFileSync(join(nginx.root, 'big.bin'), Buffer.alloc(bigSize, 7))
    mkdirSync(join(nginx.root, 'files', 'sub'), { recursive: true })
    for (const name of ['a.txt', 'b & c.txt', 'ü #%.txt']) writeFileSync(join(nginx.root, 'files', name), name)
    mkdirSync(join(nginx.root, 'precompressed'))
    writeFileSync(join(nginx.root, 'precompressed', 'text.txt'), text)
    mkdirSync(join(nginx.root, 'packed'))
    writeFileSync(join(nginx.root, 'packed', 'text'), gzipSync(text))
    writeFileSync(join(nginx.root, 'precompressed', 'text.txt.gz'), gzipSync(text))
    client = testClient({ baseUrl: nginx.origin() })
  })

  afterAll(async () => {
    await client?.close()
    await nginx?.dispose()
  })

  it('are unpacked when nginx packs them with gzip, in chunks whose number nobody knows before', async () => {
    const { value, headers } = await client.get('/gzip/text.txt')
    expect(headers).toMatchObject({ 'content-encoding': 'gzip', 'transfer-encoding': 'chunked' })
    expect(value).toBe(text)
    const [seen] = await nginx.requests('/gzip/text.txt')
    expect(seen).toMatchObject({ 'accept-encoding': 'gzip, deflate, br, zstd', 'user-agent': 'sluice/0.1' })
    expect(seen!.bytes).toBeLessThan(text.length / 2)
  })

  it.skipIf(nginxBrotliIsMissing)('are unpacked when nginx packs them with brotli', async () => {
    const { value, headers } = await client.get('/br/text.txt')
    expect(headers).toMatchObject({ 'content-encoding': 'br' })
    expect(value).toBe(text)
  })

  it('are unpacked when they lie packed on the disk', async () => {
    const { value, headers } = await client.get('/precompressed/text.txt')
    expect(headers['content-encoding']).toBe('gzip')
    expect(value).toBe(text)
  })

  it('are whole when a filter of nginx rewrites them in chunks', async () => {
    const { value, headers } = await client.get('/replaced/text.txt')
    expect(headers['content-length']).toBeUndefined()
    expect(value).toBe(text.replaceAll('packs', 'unpacks'))
  })

  it('are text in the charset they name, and bytes when they name no type of text', async () => {
    const cyrillic = await client.get('/cyrillic.txt')
    expect([cyrillic.headers['content-type'], cyrillic.value]).toEqual(['text/plain; charset=windows-1251', 'привет'])
    const binary = await client.get<Uint8Array>('/bytes.bin')
    expect(Buffer.from(binary.value).equals(bytes)).toBe(true)
  })

  it('without a body have no value, even if they promise JSON', async () => {
    expect(await client.get('/empty')).toMatchObject({ status: 204, value: undefined })
    expect(await client.get('/nothing')).toMatchObject({ status: 200, value: undefined })
  })

  it('that promise JSON and are none are a failure, and are not retried', async () => {
    expect(await client.try('/not-json')).toMatchObject({
      ok: false,
      status: 200,
      error: { code: 'SLUICE_NOT_JSON', summary: 'the body of 4 bytes is not JSON' },
    })
    expect(await nginx.requests('/not-json')).toHaveLength(1)
  })

  it('304 is a success without a body, by entity tag and by date', async () => {
    const { headers } = await client.get('/text.txt')
    expect(headers.etag).toBeDefined()
    for (const condition of [
      { 'if-none-match': headers.etag },
      { 'if-none-match': `"other", W/${headers.etag}` },
      { 'if-modified-since': headers['last-modified'] },
    ]) {
      const again = await client.get('/text.txt?again', { headers: condition })
      expect([again.status, again.value, again.headers.etag]).toEqual([304, undefined, headers.etag])
    }
    expect(await nginx.requests('/text.txt?again')).toMatchObject(Array(3).fill({ status: 304, bytes: 0 }))
  })

  it('to HEAD have headers and no body, however large or packed the body would be', async () => {
    const big = await client.send({ url: '/big.bin', method: 'HEAD' })
    expect([big.status, big.headers['content-length'], big.value]).toEqual([200, String(bigSize), undefined])
    const packed = await client.send({ url: '/gzip/text.txt', method: 'HEAD' })
    expect([packed.status, packed.headers['content-encoding'], packed.value]).toEqual([200, 'gzip', undefined])
    const notFound = await client.try({ url: '/no-such-head', method: 'HEAD' })
    expect(notFound).toMatchObject({ ok: false, status: 404 })
    expect(await nginx.requests('/no-such-head')).toHaveLength(1)
  })

  it('206 are the requested ranges', async () => {
    const range = async (wanted: string) => await client.get<Uint8Array>('/bytes.bin', { headers: { range: wanted } })
    const first = await range('bytes=100-199')
    expect([first.status, first.headers['content-range']]).toEqual([206, 'bytes 100-199/100000'])
    expect(Buffer.from(first.value).equals(bytes.subarray(100, 200))).toBe(true)
    const last = await range('bytes=-5')
    expect(Buffer.from(last.value).equals(bytes.subarray(-5))).toBe(true)
    const several = await range('bytes=0-0,10-19')
    expect(several.headers['content-type']).toMatch(/^multipart\/byteranges; boundary=/)
    expect(await client.try({ url: '/bytes.bin', headers: { range: 'bytes=100000-' } })).toMatchObject({
      ok: false,
      status: 416,
      error: { code: 'SLUICE_CLIENT_ERROR', summary: '416 Range Not Satisfiable' },
    })
  })

  it('206 of what lies packed on the disk are the requested bytes: a part of a packed body cannot be unpacked', async () => {
    expect((await client.get('/packed/text')).value).toBe(text)
    const part = { url: '/packed/text?range', headers: { range: 'bytes=100-199' }, readAs: 'bytes' } as const
    const { status, value } = await client.send<Uint8Array>(part)
    expect(status).toBe(206)
    expect(Buffer.from(value).equals(gzipSync(text).subarray(100, 200))).toBe(true)
    expect(await nginx.requests('/packed/text?range')).toHaveLength(1)
  })

  it.each([
    ['403 Forbidden', { url: '/denied' }],
    ['404 Not Found', { url: '/no such file?q=a b&q=ü' }],
    ['405 Method Not Allowed', { url: '/text.txt?method', body: 'x' }],
    ['413 Content Too Large', { url: '/upload/big', method: 'PUT', body: new Uint8Array(3_000_000) }],
    ['414 URI Too Long', { url: `/${'long'.repeat(1_000)}` }],
    ['400 Bad Request', { url: '/text.txt?header', headers: { 'x-long': 'long'.repeat(1_000) } }],
  ])('%s is final after one request', async (message, request) => {
    const result = await client.try(request)
    expect(result).toMatchObject({ ok: false, status: Number(message.slice(0, 3)) })
    expect(!result.ok && result.error).toBeInstanceOf(ClientError)
    expect(!result.ok && result.error.summary).toBe(message)
    const path = new URL(request.url, nginx.origin()).pathname
    expect(result.attempts).toHaveLength(1)
    // nginx logs a request whose line it could not keep without its path, and one with a body only after its last byte.
    if (message.startsWith('414')) return
    const times = async (): Promise<number> =>
      (await nginx.requests(path)).filter(({ status }) => status === result.status).length
    await expect.poll(times, { timeout: 5_000 }).toBe(1)
  })

  it('beyond maxBody are refused by their announced size, long before they are there', async () => {
    expect(await client.try('/big.bin?refused')).toMatchObject({
      ok: false,
      error: {
        code: 'SLUICE_BODY_TOO_LARGE',
        summary: `the body has ${bigSize} bytes, more than the limit of ${10 * 1024 * 1024} (maxBody)`,
      },
    })
    const seen = await nginx.requests('/big.bin?refused')
    expect(seen).toHaveLength(1)
    expect(seen[0]!.bytes).toBeLessThan(bigSize)
  })

  it('beyond maxBody only when unpacked are refused, too', async () => {
    await using strict = testClient({ baseUrl: nginx.origin(), maxBody: 10_000 })
    const { bytes: sent } = (await nginx.requests('/gzip/text.txt'))[0]!
    expect(sent).toBeLessThan(10_000)
    expect(await strict.try('/gzip/text.txt?refused')).toMatchObject({
      ok: false,
      error: { code: 'SLUICE_DECODED_TOO_LARGE', summary: 'the gzip body unpacks to more than 10000 bytes (maxBody)' },
    })
    expect(await nginx.requests('/gzip/text.txt?refused')).toHaveLength(1)
  })

  it('list a folder as HTML and as JSON', async () => {
    expect((await client.get('/listing/')).value).toContain('<a href="b%20%26%20c.txt">')
    const { value } = await client.get<{ name: string }[]>('/listing.json/')
    expect(value.map(({ name }) => name)).toEqual(['sub', 'a.txt', 'b & c.txt', 'ü #%.txt'])
    const urls = value.slice(1).map(({ name }) => `/listing/${encodeURIComponent(name)}`)
    const results = await client.all(urls)
    expect(results.map((result) => result.ok && result.value)).toEqual(['a.txt', 'b & c.txt', 'ü #%.txt'])
  })

  it('to a folder without its last slash lead there', async () => {
    const { request, value } = await client.get('/listing/sub')
    expect(value).toContain('Index of /listing/sub/')
    expect(request.url).toBe(`${nginx.origin()}/listing/sub`)
  })

  it('take bodies of every kind exactly as they are', async () => {
    const stored = (name: string): Buffer => readFileSync(join(nginx.root, 'store', name))
    async function* stream() {
      for (let start = 0; start < bytes.length; start += 7_001) yield bytes.subarray(start, start + 7_001)
    }
    expect((await client.put('/store/text', { body: text })).status).toBe(201)
    expect((await client.put('/store/bytes', { body: bytes })).status).toBe(201)
    expect((await client.put('/store/stream', { body: stream })).status).toBe(201)
    expect((await client.put('/store/json', { json: { a: ['ü', null, 1.5] } })).status).toBe(201)
    expect((await client.put('/store/empty', { body: '' })).status).toBe(201)
    expect(stored('text').toString()).toBe(text)
    expect(stored('bytes').equals(bytes)).toBe(true)
    expect(stored('stream').equals(bytes)).toBe(true)
    expect(stored('json').toString()).toBe('{"a":["ü",null,1.5]}')
    expect(stored('empty')).toHaveLength(0)
    expect((await client.delete('/store/text')).status).toBe(204)
    expect((await nginx.requests('/store/json'))[0]).toMatchObject({ 'content-type': 'application/json' })
  })

  describe('that redirect', () => {
    it('are followed over 301, 302, 307, 308 and 303, in one attempt', async () => {
      const { value, attempts, status } = await client.get('/hop/1', { headers: { authorization: 'Bearer abc' } })
      expect([status, value, attempts.length]).toEqual([200, 'arrived', 1])
      const seen = await nginx.requests('/hop/')
      expect(seen.map(({ uri, status }) => `${status} ${uri}`)).toEqual([
        '301 /hop/1',
        '302 /hop/2',
        '307 /hop/3?a=b',
        '308 /hop/4',
        '303 /hop/5',
        '200 /hop/6',
      ])
      expect(new Set(seen.map(({ authorization }) => authorization))).toEqual(new Set(['Bearer abc']))
    })

    it('are not followed a sixth time', async () => {
      expect(await client.try('/one-more')).toMatchObject({
        ok: false,
        error: { code: 'SLUICE_TOO_MANY_REDIRECTS', status: 303 },
        attempts: [{ verdict: 'permanent' }],
      })
    })

    it('to themselves end after five', async () => {
      expect(await client.try('/loop')).toMatchObject({
        ok: false,
        error: {
          code: 'SLUICE_TOO_MANY_REDIRECTS',
          summary: `more than 5 redirects, the next one to ${nginx.origin()}/loop`,
        },
      })
      expect(await nginx.requests('/loop')).toHaveLength(6)
    })

    it('are answers like any other where none are to be followed', async () => {
      await using staying = testClient({ baseUrl: nginx.origin(), maxRedirects: 0 })
      const { status, headers } = await staying.get('/loop?stay')
      expect([status, headers.location]).toEqual([302, `${nginx.origin()}/loop`])
    })

    it('keep method and body with 308, and lose them with 301 and 303', async () => {
      expect((await client.put('/moved-308', { body: 'first' })).status).toBe(201)
      expect(readFileSync(join(nginx.root, 'store', 'moved'), 'utf8')).toBe('first')
      expect(
        await client.post('/moved-301', { body: 'lost', headers: { 'content-type': 'text/x-lost' } }),
      ).toMatchObject({
        status: 200,
      })
      expect((await client.put('/moved-303', { body: 'lost' })).value).toBe('arrived')
      const seen = await nginx.requests('/store/moved')
      expect(seen.map(({ method, status }) => `${method} ${status}`)).toEqual(['PUT 201', 'GET 200'])
      expect(seen[1]).toMatchObject({ 'content-type': '', 'content-length': '' })
    })

    it('to a place with letters beyond ASCII, sent as plain UTF-8, lead there', async () => {
      expect((await client.get('/moved-in-utf-8')).value).toBe('arrived')
      expect(await nginx.requests('/arrived?name')).toMatchObject([{ uri: '/arrived?name=%C3%BC%E5%AD%97' }])
    })

    it('to another origin carry no credentials there, nor on the way back', async () => {
      await using own = testClient({ baseUrl: nginx.origin(), headers: { 'X-Own': 'of the client' } })
      const { value } = await own.get('/elsewhere', {
        headers: { authorization: 'Bearer abc', cookie: 'a=b', 'x-api-key': 'key', 'idempotency-key': 'once' },
      })
      expect(value).toBe('arrived')
      const secrets = { authorization: 'Bearer abc', cookie: 'a=b', 'x-api-key': 'key', 'x-own': 'of the client' }
      expect(await nginx.requests('/elsewhere')).toMatchObject([{ ...secrets, 'idempotency-key': 'once' }])
      const none = { authorization: '', cookie: '', 'x-api-key': '', 'x-own': '', 'idempotency-key': '' }
      expect(await nginx.requests('/there')).toMatchObject([
        { ...none, port: nginx.ports[1], host: `127.0.0.1:${nginx.ports[1]}`, 'user-agent': 'sluice/0.1' },
      ])
      expect(await nginx.requests('/arrived?from=there')).toMatchObject([none])
    })

    it.each([
      ['/to-a-file', 'redirected to "file:///etc/passwd": only http and https are followed'],
      ['/to-nowhere', 'redirected to "http://": that is not a URL'],
    ])('from %s are refused', async (path, summary) => {
      expect(await client.try(path)).toMatchObject({ ok: false, error: { code: 'SLUICE_REDIRECT_REFUSED', summary } })
      expect(await nginx.requests(path)).toHaveLength(1)
    })
  })
})
