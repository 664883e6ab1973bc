import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type CallResult, type Client, type ClientOptions, ConnectError } from 'sluice'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Logged } from './support/access-log.ts'
import { type Certificate, opensslIsMissing, selfSigned } from './support/certificate.ts'
import { type Nginx, nginxIsMissing, startNginx } from './support/nginx.ts'
import { quickRetry, testClient } from './support/test-client.ts'

const urls = (count: number, path: string): string[] => Array.from({ length: count }, (_, index) => `${path}${index}`)
const failures = (results: readonly CallResult[]): string[] =>
  results.filter((result) => !result.ok).map((result) => String(!result.ok && result.error))
const connectionsOf = (seen: readonly Logged[]): number => new Set(seen.map(({ connection }) => connection)).size
const protocolsOf = (seen: readonly Logged[]): unknown[] => [...new Set(seen.map(({ protocol }) => protocol))]

describe.skipIf(nginxIsMissing || opensslIsMissing)('TLS with nginx', () => {
  let nginx: Nginx
  let own: Certificate
  let foreign: Certificate
  let guest: Certificate

  beforeAll(async () => {
    nginx = await startNginx(6, ({ folder, ports: [plain, tls, named, guests, h2, shortH2] }) => {
      own = selfSigned(folder, 'own', 'IP:127.0.0.1,DNS:localhost')
      foreign = selfSigned(folder, 'foreign', 'DNS:somebody.test')
      guest = selfSigned(folder, 'guest', 'email:guest@example.test')
      const certificate = (one: Certificate): string =>
        `ssl_certificate ${one.certPath}; ssl_certificate_key ${one.keyPath};`
      const locations = `
        location /ok { return 200 'ok'; }
        location /text.txt { gzip on; gzip_min_length 10; gzip_types *; }
        location /slow { limit_rate 1k; try_files /text.txt =404; }
        location /closed { return 444; }
        location /unavailable { return 503; }
        location /downgrade { return 302 http://127.0.0.1:${plain}/ok; }
        location /upload/ { client_max_body_size 1m; dav_methods PUT; create_full_put_path on; }`
      return `
      server { listen 127.0.0.1:${plain}; ${locations} }
      server { listen 127.0.0.1:${tls} ssl; ${certificate(own)} ${locations} }
      server { listen 127.0.0.1:${named} ssl; ${certificate(foreign)} ${locations} }
      server {
        listen 127.0.0.1:${guests} ssl; ${certificate(own)}
        ssl_client_certificate ${guest.certPath}; ssl_verify_client on;
        ${locations}
      }
      server { listen 127.0.0.1:${h2} ssl http2; ${certificate(own)} ${locations} }
      server { listen 127.0.0.1:${shortH2} ssl http2; ${certificate(own)} keepalive_requests 10; ${locations} }`
    })
    writeFileSync(join(nginx.root, 'text.txt'), 'text '.repeat(2_000))
  })

  afterAll(() => nginx?.dispose())

  const https = (port: number): string => `https://127.0.0.1:${nginx.ports[port]}`
  const trusting = (port: number, options: ClientOptions = {}): Client =>
    testClient({ baseUrl: https(port), tls: { ca: own.cert }, ...options })

  it('is refused after one attempt when nobody vouches for the certificate', async () => {
    await using client = testClient({ baseUrl: https(1) })
    const result = await client.try('/ok/untrusted')
    expect(result).toMatchObject({
      ok: false,
      error: { name: 'ConnectError', code: 'SLUICE_TLS', sent: 'no', permanent: true },
      attempts: [{ verdict: 'permanent' }],
    })
    expect(!result.ok && result.error).toBeInstanceOf(ConnectError)
    expect(!result.ok && result.error.summary).toMatch(
      /^cannot connect to 127.0.0.1:\d+: .*self-signed( certificate)? \(DEPTH_ZERO_SELF_SIGNED_CERT\)$/,
    )
    expect(await nginx.requests('/ok/untrusted')).toEqual([])
  })

  it('is accepted with the certificate named as an authority, on connections that are kept', async () => {
    await using client = trusting(1, { concurrency: 4 })
    const results = await client.all(urls(40, '/ok/trusted/'))
    expect(failures(results)).toEqual([])
    const seen = await nginx.requests('/ok/trusted/')
    expect([seen.length, connectionsOf(seen), protocolsOf(seen)]).toEqual([40, 4, ['HTTP/1.1']])
  })

  it('is accepted without checks if it is insecure by request', async () => {
    for (const port of [1, 2]) {
      await using client = testClient({ baseUrl: https(port), tls: { insecure: true } })
      expect((await client.get('/ok')).value).toBe('ok')
    }
  })

  it('is refused after one attempt when the certificate is for another name, though its issuer is trusted', async () => {
    await using client = testClient({ baseUrl: https(2), tls: { ca: [own.cert, foreign.cert] } })
    expect(await client.try('/ok/other-name')).toMatchObject({
      ok: false,
      error: { code: 'SLUICE_TLS', message: expect.stringContaining('ERR_TLS_CERT_ALTNAME_INVALID') },
      attempts: [{ verdict: 'permanent' }],
    })
  })

  it('is refused after one attempt where the server speaks plain HTTP', async () => {
    await using client = trusting(0)
    expect(await client.try('/ok/plain')).toMatchObject({
      ok: false,
      error: { code: 'SLUICE_TLS' },
      attempts: [{ verdict: 'permanent' }],
    })
  })

  it('is a 400 where a client speaks plain HTTP', async () => {
    await using client = testClient({ baseUrl: `http://127.0.0.1:${nginx.ports[1]}` })
    expect(await client.try('/ok/not-tls')).toMatchObject({ ok: false, status: 400, attempts: [{}] })
  })

  it('shows our own certificate to a server that wants one', async () => {
    await using stranger = trusting(3)
    expect(await stranger.try('/ok/stranger')).toMatchObject({ ok: false, status: 400, attempts: [{}] })
    await using known = trusting(3, { tls: { ca: own.cert, cert: guest.cert, key: guest.key } })
    expect((await known.get('/ok/guest')).value).toBe('ok')
  })

  it('is not left by a redirect', async () => {
    await using client = trusting(1)
    expect(await client.try('/downgrade')).toMatchObject({
      ok: false,
      error: {
        code: 'SLUICE_REDIRECT_REFUSED',
        summary: `redirected to "http://127.0.0.1:${nginx.ports[0]}/ok": that would leave https`,
      },
    })
  })

  describe('and HTTP/2', () => {
    it('carries any number of calls at once over one connection', async () => {
      await using client = trusting(4, { http2: true, concurrency: 20 })
      const results = await client.all(urls(300, '/ok/h2/'))
      expect(failures(results)).toEqual([])
      const seen = await nginx.requests('/ok/h2/')
      expect([seen.length, connectionsOf(seen), protocolsOf(seen)]).toEqual([300, 1, ['HTTP/2.0']])
    })

    it('is not spoken unless offered, nor where the server does not know it', async () => {
      await using silent = trusting(4)
      await silent.get('/ok/silent')
      expect(protocolsOf(await nginx.requests('/ok/silent'))).toEqual(['HTTP/1.1'])
      await using hopeful = trusting(1, { http2: true, concurrency: 4 })
      expect(failures(await hopeful.all(urls(20, '/ok/hopeful/')))).toEqual([])
      const seen = await nginx.requests('/ok/hopeful/')
      expect([protocolsOf(seen), connectionsOf(seen)]).toEqual([['HTTP/1.1'], 4])
    })

    it('carries packed bodies, uploads, and refusals', async () => {
      await using client = trusting(4, { http2: true })
      const packed = await client.get('/text.txt')
      expect([packed.headers['content-encoding'], packed.value]).toEqual(['gzip', 'text '.repeat(2_000)])
      expect((await client.send({ url: '/text.txt', method: 'HEAD' })).value).toBeUndefined()
      expect((await client.put('/upload/h2', { body: new Uint8Array(500_000) })).status).toBe(201)
      expect((await client.get<string>('/upload/h2')).value).toHaveLength(500_000)
      const tooLarge = await client.try({ url: '/upload/large', method: 'PUT', body: new Uint8Array(5_000_000) })
      expect(tooLarge).toMatchObject({ ok: false, status: 413, attempts: [{}] })
      expect((await client.try('/ok')).ok).toBe(true)
    })

    it('continues with a new connection when the server says goodbye to the old one', async () => {
      await using client = trusting(5, { http2: true, concurrency: 4 })
      const results = await client.all(urls(100, '/ok/goodbye/'))
      expect(failures(results)).toEqual([])
      const seen = await nginx.requests('/ok/goodbye/')
      expect(new Set(seen.map(({ uri }) => uri)).size).toBe(100)
      expect(protocolsOf(seen)).toEqual(['HTTP/2.0'])
      expect(connectionsOf(seen)).toBeLessThanOrEqual(15)
    })

    it('tells a refused stream from a lost connection: a GET is tried four times, a POST once', async () => {
      await using client = trusting(4, { http2: true, retry: quickRetry })
      expect(await client.try('/closed/h2-get')).toMatchObject({
        ok: false,
        error: { sent: 'maybe' },
        attempts: { length: 4 },
      })
      const post = { url: '/closed/h2-post', body: 'order' }
      expect(await client.try(post)).toMatchObject({ ok: false, error: { sent: 'maybe' }, attempts: { length: 1 } })
      expect(await client.try('/unavailable/h2')).toMatchObject({ ok: false, status: 503 })
      expect(await nginx.requests('/closed/h2-get')).toHaveLength(4)
      expect(await nginx.requests('/closed/h2-post')).toHaveLength(1)
      expect(await nginx.requests('/unavailable/h2')).toHaveLength(4)
    })

    it('ends one call by its timeout without harm to the others on its connection', async () => {
      await using client = trusting(4, { http2: true, retry: false })
      const slow = client.try({ url: '/slow/timed-out', timeout: 100 })
      const others = await client.all(urls(50, '/ok/beside/'))
      expect(failures(others)).toEqual([])
      expect(await slow).toMatchObject({
        ok: false,
        error: { code: 'SLUICE_ATTEMPT_TIMEOUT', summary: 'no complete response within the timeout of 100 ms' },
      })
      expect(failures(await client.all(urls(5, '/ok/beside/after/')))).toEqual([])
      expect(connectionsOf(await nginx.requests('/ok/beside/'))).toBe(1)
    })
  })
})
