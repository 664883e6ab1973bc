import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createClient } from '../../client/create-client.ts'
import { systemClock } from '../../time/system-clock.ts'
import { Connector } from './connector.ts'

let server: Server
let port: number
let requests = 0

beforeAll(async () => {
  server = createServer((_request, response) => {
    requests++
    response.end('ok')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  port = (server.address() as AddressInfo).port
})
afterAll(() => new Promise((resolve) => server.close(resolve)))

describe('denyPrivateAddresses', () => {
  it.each(['127.0.0.1', '2130706433', 'localhost', '[::ffff:127.0.0.1]'])('keeps a client from %s', async (host) => {
    await using client = createClient({ denyPrivateAddresses: true, proxy: 'none' })
    const result = await client.try(`http://${host}:${port}/`)
    expect(result).toMatchObject({ ok: false, error: { code: 'SLUICE_PRIVATE_ADDRESS' }, attempts: [{}] })
    expect(requests).toBe(0)
  })

  it('is checked on the address that a name has, for HTTP/2 over TLS too', async () => {
    const resolver = async () => [{ address: '127.0.0.1', family: 4 }]
    const connector = new Connector({ clock: systemClock, timeout: 1_000, resolver, denyPrivateAddresses: true })
    for (const protocol of ['http:', 'https:'] as const)
      await expect(connector.connect({ protocol, hostname: 'public.test', port, alpn: ['h2'] })).rejects.toMatchObject({
        code: 'SLUICE_PRIVATE_ADDRESS',
        message: 'cannot connect to public.test (127.0.0.1): its address is private, and denyPrivateAddresses is set',
      })
    expect(requests).toBe(0)
  })

  it('lets a proxy be private, but asks it for no private host', async () => {
    await using client = createClient({ denyPrivateAddresses: true, proxy: `http://127.0.0.1:${port}` })
    expect(await client.try('http://public.test/')).toMatchObject({ ok: true, value: 'ok' })
    expect(await client.try('http://169.254.169.254/')).toMatchObject({ ok: false, attempts: [{}] })
    expect(await client.try('https://localhost/')).toMatchObject({ error: { code: 'SLUICE_PRIVATE_ADDRESS' } })
    expect(requests).toBe(1)
  })
})
