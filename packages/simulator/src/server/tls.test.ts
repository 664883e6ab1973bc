import { X509Certificate } from 'node:crypto'
import { get } from 'node:https'
import { connect as connectTls } from 'node:tls'
import { SettingsError } from 'sluice'
import { afterEach, describe, expect, it } from 'vitest'
import { makeCertificate } from './certificate.ts'
import { type RunningSimulator, type ServeOptions, serveSimulator } from './serve-simulator.ts'

let running: RunningSimulator | undefined

async function serve(options: ServeOptions = {}): Promise<RunningSimulator> {
  running = await serveSimulator({ scenario: { latency: 0 }, tls: true, ...options })
  return running
}

afterEach(() => running?.close())

/** The status, or the error. */
function ask({ port }: RunningSimulator, path: string, ca: string | undefined, host = '127.0.0.1'): Promise<unknown> {
  return new Promise((resolve) => {
    const request = get(
      { agent: false, host, port, path, family: 4, ...(ca === undefined ? {} : { ca }) },
      (response) => {
        response.resume()
        response.on('end', () => resolve(response.statusCode))
        response.on('error', (error: NodeJS.ErrnoException) => resolve(error.code))
      },
    )
    request.on('error', (error: NodeJS.ErrnoException) => resolve(error.code))
  })
}

describe('tls', () => {
  it('serves those who trust the certificate, by either name, and nobody else', async () => {
    const api = await serve()
    expect(api.url).toBe(`https://127.0.0.1:${api.port}`)
    expect(await ask(api, '/products/1', api.ca)).toBe(200)
    expect(await ask(api, '/products/1', api.ca, 'localhost')).toBe(200)
    expect(await ask(api, '/products/1', undefined)).toBe('DEPTH_ZERO_SELF_SIGNED_CERT')
    const other = await makeCertificate(Date.now())
    expect(await ask(api, '/products/1', other.cert)).toBe('DEPTH_ZERO_SELF_SIGNED_CERT')
    expect(api.stats()).toMatchObject({ requests: 2, connections: 4, streams: 0 })
  })

  it('makes a new certificate for each server, valid for a week and for nothing but a server', async () => {
    const now = Date.UTC(2026, 4, 1)
    const [one, two] = await Promise.all([makeCertificate(now), makeCertificate(now)])
    const certificate = new X509Certificate(one.cert)
    expect(certificate.subjectAltName).toBe('DNS:localhost, IP Address:127.0.0.1')
    expect([certificate.validFrom, certificate.validTo]).toEqual([
      'Apr 30 23:59:00 2026 GMT',
      'May  8 00:00:00 2026 GMT',
    ])
    expect(certificate.ca).toBe(false)
    expect(one.key).not.toBe(two.key)
    expect(one.cert).not.toContain('PRIVATE')
  })

  it('shows a certificate that was given', async () => {
    const given = await makeCertificate(Date.now())
    const api = await serve({ tls: given })
    expect(api.ca).toBe(given.cert)
    expect(await ask(api, '/products/1', given.cert)).toBe(200)
  })

  it('offers HTTP/2 only when asked to', async () => {
    const agreed = async (api: RunningSimulator) => {
      const socket = connectTls({ port: api.port, host: '127.0.0.1', ca: api.ca!, ALPNProtocols: ['h2', 'http/1.1'] })
      await new Promise((resolve) => socket.once('secureConnect', resolve))
      socket.destroy()
      return socket.alpnProtocol
    }
    const plain = await serve()
    expect(await agreed(plain)).toBe('http/1.1')
    await plain.close()
    expect(await agreed(await serve({ http2: true }))).toBe('h2')
  })

  it.each([
    ['reset', 'ECONNRESET'],
    ['reset-body', 'ECONNRESET'],
    ['truncated', 'ECONNRESET'],
    ['garbage', 'HPE_INVALID_CONSTANT'],
    ['malformed', 200],
  ])('carries what goes wrong as it is without: %s', async (fault, expected) => {
    for (const http2 of [false, true]) {
      const api = await serve({ http2 })
      expect(await ask(api, `/fault/${fault}`, api.ca)).toBe(expected)
      await api.close()
    }
  })

  it('ends at once when it is closed, whoever is still agreeing on the encryption', async () => {
    const api = await serve({ scenario: 'slow' })
    const waiting = ask(api, '/delay/100000', api.ca)
    await expect.poll(() => api.stats().inFlight).toBe(1)
    await api.close()
    expect(await waiting).toBe('ECONNRESET')
    expect(api.stats()).toMatchObject({ inFlight: 0, aborted: 1 })
  })

  it.each([
    [{ tls: 'yes' as never }, /^tls: expected true, or a certificate and its key, got "yes"/],
    [{ tls: { cert: 'x' } as never }, /^tls: expected cert and key, each as text in PEM/],
    [{ tls: { cert: 'x', key: 'secret' } }, /^tls: this is not a certificate and its key in PEM: (?!.*secret)/],
    [{ tls: false, http2: true }, /^http2: needs tls/],
  ])('refuses %j', async (options, message) => {
    const serving = serveSimulator(options)
    await expect(serving).rejects.toThrow(SettingsError)
    await expect(serving).rejects.toThrow(message)
  })
})
