import { describe, expect, it } from 'vitest'
import * as node from './node.ts'
import * as web from './web.ts'

describe('the transport without Node', () => {
  it('has the names of that of Node', () => {
    expect(Object.keys(web).sort()).toEqual(Object.keys(node).sort())
  })

  it.each([
    ['tls', { tls: {} }],
    ['proxy', { proxy: 'http://proxy.test' }],
    ['http2', { http2: true }],
    ['connectTimeout', { connectTimeout: '1s' }],
    ['dnsResultOrder', { dnsResultOrder: 'ipv4first' }],
    ['denyPrivateAddresses', { denyPrivateAddresses: true }],
  ] as const)('refuses the option %s, which it cannot obey', (name, options) => {
    expect(() => web.builtInTransport(options)).toThrow(
      `${name}: only the transport for Node supports it, and here the fetch of the platform sends the requests; leave out ${name}`,
    )
  })

  it('takes options that change nothing there, and the size of bodies', async () => {
    const options = { proxy: 'none', http2: false, maxBody: 10 } as const
    await expect(web.builtInTransport(options).close()).resolves.toBeUndefined()
    expect(() => web.builtInTransport({ maxBody: -1 })).toThrow('maxBody')
  })

  it('says what to use instead of undici', () => {
    expect(() => web.undiciTransport()).toThrow('undiciTransport needs Node; here use fetchTransport')
  })
})
