import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import type { CallResult, Client } from 'sluice'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { Logged } from './support/access-log.ts'
import { type Apache, apacheIsMissing, startApache } from './support/apache.ts'
import { type Certificate, opensslIsMissing, selfSigned } from './support/certificate.ts'
import { quickRetry, testClient } from './support/test-client.ts'

const text = Array.from({ length: 2_000 }, (_, line) => `line ${line} of a text that packs well\n`).join('')
const urls = (count: number, path: string): string[] => Array.from({ length: count }, (_, index) => `${path}${index}`)
const failures = (results: readonly CallResult[]): string[] =>
  results.filter((result) => !result.ok).map((result) => String(!result.ok && result.error))
/** How many of them were the first on their connection. */
const connectionsOf = (seen: readonly Logged[]): number => seen.filter(({ kept }) => kept === '0').length

/** By name: they are run by Apache. */
const scripts: Record<string, string> = {
  'chunks.cgi': `echo 'Content-Type: text/plain'; echo; for n in 1 2 3; do echo "part $n"; sleep 0.02; done`,
  'cookies.cgi': `echo 'Content-Type: application/problem+json'; echo 'Set-Cookie: a=1; Path=/'; echo 'Set-Cookie: b=2'; echo; echo '{"title":"no problem"}'`,
  'teapot.cgi': `echo 'Status: 418 Short and stout'; echo 'Content-Type: text/plain'; echo; echo teapot`,
  'short.cgi': `echo 'Content-Type: text/plain'; echo 'Content-Length: 1000'; echo; echo 'nine char'; sleep 0.05; echo 'nine more'`,
  'broken.cgi': `echo 'This is no header'`,
  'echo.cgi': `echo 'Content-Type: application/octet-stream'; echo; cat`,
  'nph-hints.cgi': `printf 'HTTP/1.1 103 Early Hints\\r\\nLink: </style.css>\\r\\n\\r\\nHTTP/1.1 200 OK\\r\\nContent-Type: text/plain\\r\\nContent-Length: 4\\r\\n\\r\\nlate'`,
  'nph-no-http.cgi': `printf 'hello, this is no HTTP at all\\r\\n\\r\\n'`,
}

describe.skipIf(apacheIsMissing || opensslIsMissing).concurrent('Apache', () => {
  let apache: Apache
  let certificate: Certificate
  let client: Client

  beforeAll(async () => {
    apache = await startApache(4, ({ folder, root, ports: [main, proxy, guardedProxy, tls] }) => {
      certificate = selfSigned(folder, 'own', 'IP:127.0.0.1')
      writeFileSync(join(folder, 'users'), 'someone:{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g=\n') // password
      for (const [name, script] of Object.entries(scripts)) {
        writeFileSync(join(root, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 })
      }
      writeFileSync(join(root, 'text.txt'), text)
      writeFileSync(join(root, 'packed.txt.gz'), gzipSync(text))
      writeFileSync(join(root, 'included.shtml'), 'before <!--#include virtual="/included.txt" --> after')
      writeFileSync(join(root, 'included.txt'), 'IN')
      mkdirSync(join(root, 'folder'))
      writeFileSync(join(root, 'folder', 'index.html'), '<p>index</p>')
      return `
      AddEncoding gzip .gz
      AddHandler cgi-script .cgi
      AddType text/html .shtml
      AddOutputFilter INCLUDES .shtml
      <VirtualHost 127.0.0.1:${main}>
        # With its default Apache would not know the tag again that it has altered.
        DeflateAlterETag NoChange
        KeepAliveTimeout 1
        MaxKeepAliveRequests 3
        AliasMatch ^/kept ${root}/included.txt
        AliasMatch ^/deflated ${root}/text.txt
        AliasMatch ^/limited ${root}/text.txt
        AliasMatch ^/denied ${root}/included.txt
        AliasMatch ^/private ${root}/included.txt
        AliasMatch ^/upload ${root}/echo.cgi
        AliasMatch ^/short ${root}/short.cgi
        AliasMatch ^/broken ${root}/broken.cgi
        Redirect 301 /old /kept/new
        Redirect 410 /gone
        <LocationMatch ^/deflated>
          SetOutputFilter DEFLATE
        </LocationMatch>
        <LocationMatch ^/limited>
          SetOutputFilter RATE_LIMIT
          SetEnv rate-limit 100
        </LocationMatch>
        <LocationMatch ^/denied>
          Require all denied
        </LocationMatch>
        <LocationMatch ^/private>
          AuthType Basic
          AuthName "members only"
          AuthUserFile ${folder}/users
          Require valid-user
        </LocationMatch>
        RequestReadTimeout body=1
        # Otherwise Apache sends a script's answer in chunks, whatever length it announces.
        SetEnv ap_trust_cgilike_cl 1
      </VirtualHost>
      <VirtualHost 127.0.0.1:${proxy}>
        ProxyRequests On
        AllowCONNECT 443
        AllowCONNECT ${tls}
        <Proxy "*">
          Require ip 127.0.0.1
        </Proxy>
      </VirtualHost>
      <VirtualHost 127.0.0.1:${guardedProxy}>
        ProxyRequests On
        AllowCONNECT ${tls}
        <Proxy "*">
          AuthType Basic
          AuthName proxy
          AuthUserFile ${folder}/users
          Require valid-user
        </Proxy>
      </VirtualHost>
      <VirtualHost 127.0.0.1:${tls}>
        SSLEngine on
        SSLCertificateFile ${certificate.certPath}
        SSLCertificateKeyFile ${certificate.keyPath}
        Protocols h2 http/1.1
        AliasMatch ^/kept ${root}/included.txt
      </VirtualHost>`
    })
    client = testClient({ baseUrl: apache.origin() })
  })

  afterAll(async () => {
    await client?.close()
    await apache?.dispose()
  })

  const proxied = (port: number, user = ''): string => `http://${user}127.0.0.1:${apache.ports[port]}`

  it('packs with mod_deflate, and knows the packed answer again by its entity tag', async () => {
    const { headers, value } = await client.get('/deflated/a')
    expect([headers['content-encoding'], headers.vary, value]).toEqual(['gzip', 'Accept-Encoding', text])
    const again = await client.get('/deflated/a', { headers: { 'if-none-match': headers.etag } })
    expect([again.status, again.value]).toEqual([304, undefined])
    const seen = await apache.requests('/deflated/a')
    expect(seen.map(({ status }) => status)).toEqual([200, 304])
    expect(seen[0]!.bytes).toBeLessThan(text.length / 2)
  })

  it('hands out a file that lies packed on the disk, and parts of it as they are', async () => {
    const whole = await client.get('/packed.txt.gz')
    expect([whole.headers['content-encoding'], Buffer.from(whole.value as string).toString()]).toEqual(['gzip', text])
    const { status, value } = await client.get<Uint8Array>('/packed.txt.gz', {
      headers: { range: 'bytes=10-29' },
      readAs: 'bytes',
    })
    expect([status, Buffer.from(value)]).toEqual([206, gzipSync(text).subarray(10, 30)])
  })

  it('sends the output of scripts and of includes in chunks', async () => {
    const { headers, value } = await client.get('/chunks.cgi')
    expect([headers['transfer-encoding'], value]).toEqual(['chunked', 'part 1\npart 2\npart 3\n'])
    expect((await client.get('/included.shtml')).value).toBe('before IN after')
  })

  it('sets two cookies in two header fields, which stay apart', async () => {
    const { headers, value } = await client.get('/cookies.cgi')
    expect(headers['set-cookie']).toBe('a=1; Path=/\nb=2')
    expect(value).toEqual({ title: 'no problem' })
  })

  it('says hints first and the response later', async () => {
    expect(await client.get('/nph-hints.cgi')).toMatchObject({ status: 200, value: 'late' })
  })

  it.each([
    ['403 Forbidden', '/denied/', 1],
    ['404 Not Found', '/missing', 1],
    ['410 Gone', '/gone', 1],
    ['418', '/teapot.cgi', 1],
    ['500 Internal Server Error', '/broken/', 4],
  ])('%s at %s is requested as often as there is hope', async (summary, path, times) => {
    expect(await client.try(path)).toMatchObject({ ok: false, error: { summary } })
    expect(await apache.requests(path)).toHaveLength(times)
  })

  it('lets members in', async () => {
    const headers = { authorization: `Basic ${btoa('someone:password')}` }
    expect(await client.try('/private/stranger')).toMatchObject({ ok: false, status: 401, attempts: [{}] })
    expect((await client.get('/private/member', { headers })).value).toBe('IN')
    expect((await client.get(apache.origin().replace('//', '//someone:password@').concat('/private/url'))).value).toBe(
      'IN',
    )
    const statuses = (await apache.requests('/private/')).map(({ status }) => status)
    expect(statuses.toSorted()).toEqual([200, 200, 401])
  })

  it('sends us on to where things have moved', async () => {
    expect((await client.get('/old')).value).toBe('IN')
    expect((await apache.requests('/kept/new')).length).toBe(1)
    expect((await client.get('/folder')).value).toBe('<p>index</p>')
  })

  it('closes each connection after three requests and a second, and no call fails of it', async ({ task }) => {
    // The log has the requests of earlier tries.
    const path = `/kept/try-${task.result?.retryCount ?? 0}/`
    await using few = testClient({ baseUrl: apache.origin(), concurrency: 2 })
    for (let round = 0; round < 3; round++) {
      if (round > 0) await pause(1_000)
      const results = await few.all(urls(20, `${path}round-${round}/`))
      expect(failures(results)).toEqual([])
      expect(results.every(({ attempts }) => attempts.length === 1)).toBe(true)
    }
    expect(await apache.requests(path)).toHaveLength(60)
  })

  it('has its connections used again, though it keeps them for a second only', async () => {
    await using one = testClient({ baseUrl: apache.origin(), concurrency: 1 })
    expect(failures(await one.all(urls(32, '/kept/reuse/')))).toEqual([])
    const seen = await apache.requests('/kept/reuse/')
    // The first request on a connection, and three that keep it.
    expect(seen).toHaveLength(32)
    expect(connectionsOf(seen)).toBeGreaterThanOrEqual(8)
    expect(connectionsOf(seen)).toBeLessThanOrEqual(9)
  })

  it('takes bodies in chunks and in one piece', async () => {
    const bytes = Uint8Array.from({ length: 300_000 }, (_, index) => (index * 31) % 251)
    async function* stream() {
      for (let start = 0; start < bytes.length; start += 50_000) yield bytes.subarray(start, start + 50_000)
    }
    for (const body of [bytes, stream]) {
      const { value } = await client.post<Uint8Array>('/upload/bytes', { body })
      expect(Buffer.from(value).equals(bytes)).toBe(true)
    }
    expect((await apache.requests('/upload/bytes')).map((seen) => seen['content-length'])).toEqual(['300000', '-'])
  })

  it('times out a body that comes too slowly', async () => {
    async function* trickle() {
      for (let second = 0; second < 8; second++) {
        yield new Uint8Array(10)
        await pause(300)
      }
    }
    await using once = testClient({ baseUrl: apache.origin(), retry: false })
    const result = await once.try({ url: '/upload/slow', method: 'PUT', body: trickle })
    expect(result).toMatchObject({ ok: false, status: 408, attempts: [{ verdict: 'transient' }] })
    expect(result.timing.total).toBeLessThan(2_200)
  })

  it('is not waited for beyond the timeout when it sends slowly, though it does send', async () => {
    await using once = testClient({ baseUrl: apache.origin(), retry: false })
    const result = await once.try({ url: '/limited/', timeout: 150, headers: { 'accept-encoding': 'identity' } })
    expect(result).toMatchObject({
      ok: false,
      error: {
        code: 'SLUICE_ATTEMPT_TIMEOUT',
        summary: 'no complete response within the timeout of 150 ms',
        sent: 'maybe',
      },
    })
    expect(result.timing.total).toBeLessThan(400)
  })

  it('that is interrupted before the length it announced is noticed, and asked again', async () => {
    await using twice = testClient({ baseUrl: apache.origin(), retry: { ...quickRetry, maxAttempts: 2 } })
    expect(await twice.try('/short/')).toMatchObject({
      ok: false,
      error: {
        code: 'SLUICE_BODY_TRUNCATED',
        summary: expect.stringMatching(
          /^the body ends after 20 of 1000 bytes: 127\.0\.0\.1:\d+ closed the connection$/,
        ),
      },
    })
    expect(await apache.requests('/short/')).toHaveLength(2)
  })

  it('that answers with something that is not HTTP is recognized', async () => {
    const result = await client.try('/nph-no-http.cgi')
    expect(result).toMatchObject({ ok: false, error: { code: 'SLUICE_PROTOCOL', sent: 'maybe' } })
  })

  it('speaks HTTP/2, too', async () => {
    const tls = { ca: certificate.cert }
    const h2 = testClient({ baseUrl: `https://127.0.0.1:${apache.ports[3]}`, http2: true, tls, concurrency: 20 })
    const results = await h2.all(urls(200, '/kept/h2/'))
    await h2.close()
    expect(failures(results)).toEqual([])
    // Streams are logged when Apache comes to it, the last ones when their connection is closed.
    await vi.waitFor(async () => expect(await apache.requests('/kept/h2/')).toHaveLength(200), 5_000)
    const seen = await apache.requests('/kept/h2/')
    const ports = new Set(seen.map(({ connection }) => connection))
    expect([seen.length, ports.size, seen[0]!.protocol]).toEqual([200, 1, 'HTTP/2.0'])
  })

  describe('as a proxy', () => {
    const through = async (prefix: string): Promise<Logged[]> =>
      (await apache.requests('')).filter(({ port, line }) => port === apache.ports[1] && String(line).includes(prefix))

    it('carries http without a tunnel, over kept connections', async () => {
      await using through1 = testClient({ baseUrl: apache.origin(), proxy: proxied(1), concurrency: 4 })
      const results = await through1.all(urls(40, '/kept/proxied/'))
      expect(failures(results)).toEqual([])
      const seen = await through('/kept/proxied/')
      expect(seen.every(({ line }) => String(line).startsWith(`GET ${apache.origin()}/kept/proxied/`))).toBe(true)
      expect([seen.length, connectionsOf(seen)]).toEqual([40, 4])
      const arrived = (await apache.requests('/kept/proxied/')).filter(({ port }) => port === apache.ports[0])
      expect(arrived).toHaveLength(40)
    })

    it('carries https in tunnels, through which TLS is checked as ever', async () => {
      const https = `https://127.0.0.1:${apache.ports[3]}`
      await using trusting = testClient({
        baseUrl: https,
        proxy: proxied(1),
        concurrency: 4,
        tls: { ca: certificate.cert },
      })
      expect(failures(await trusting.all(urls(40, '/kept/tunnelled/')))).toEqual([])
      expect((await apache.requests('/kept/tunnelled/')).length).toBe(40)
      await using strict = testClient({ baseUrl: https, proxy: proxied(1) })
      expect(await strict.try('/kept/untrusted')).toMatchObject({
        ok: false,
        error: { code: 'SLUICE_TLS' },
        attempts: [{ verdict: 'permanent' }],
      })
    })

    it('wants to know who we are, and learns it from its URL', async () => {
      await using known = testClient({ baseUrl: apache.origin(), proxy: proxied(2, 'someone:password@') })
      expect((await known.get('/kept/known')).value).toBe('IN')
      const tls = { ca: certificate.cert }
      await using tunnel = testClient({ proxy: proxied(2, 'someone:password@'), tls })
      expect((await tunnel.get(`https://127.0.0.1:${apache.ports[3]}/kept/known-too`)).value).toBe('IN')
    })

    it('that refuses strangers (407) is not asked again', async () => {
      await using stranger = testClient({ baseUrl: apache.origin(), proxy: proxied(2) })
      const result = await stranger.try('/kept/stranger')
      expect(result).toMatchObject({ ok: false, attempts: [{ verdict: 'permanent' }] })
      expect(!result.ok && result.error.message).toMatch(/407/)
      const asked = (await apache.requests('')).filter(
        ({ port, line }) => port === apache.ports[2] && String(line).includes('/kept/stranger'),
      )
      expect(asked.map(({ status }) => status)).toEqual([407])
    })

    it.each([
      ['strangers (407)', 2, 3, /proxy.*407/i],
      ['a port (403)', 1, 0, /proxy.*403/i],
    ])('that refuses a tunnel to %s is named in the error, and not asked again', async (_, proxy, target, message) => {
      await using client = testClient({ proxy: proxied(proxy) })
      const result = await client.try(`https://127.0.0.1:${apache.ports[target]}/kept/no-tunnel`)
      expect(result).toMatchObject({ ok: false, error: { sent: 'no', message: expect.stringMatching(message) } })
      expect(result.attempts.map(({ verdict }) => verdict)).toEqual(['permanent'])
    })

    it('that is not there is a failed connection', async () => {
      await using client = testClient({ baseUrl: apache.origin(), proxy: 'http://127.0.0.1:9' })
      expect(await client.try('/kept/no-proxy')).toMatchObject({
        ok: false,
        error: { code: 'SLUICE_CONNECT', sent: 'no' },
      })
      expect(await apache.requests('/kept/no-proxy')).toEqual([])
    })
  })
})
