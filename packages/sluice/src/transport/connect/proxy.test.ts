import { describe, expect, it } from 'vitest'
import { parseProxy } from './proxy.ts'

const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`

describe('parseProxy', () => {
  it.each([
    ['http://proxy.test:3128', 'http:', 'proxy.test', 3128, undefined],
    ['http://proxy.test', 'http:', 'proxy.test', 80, undefined],
    ['https://proxy.test', 'https:', 'proxy.test', 443, undefined],
    ['HTTP://Proxy.Test:80/', 'http:', 'proxy.test', 80, undefined],
    ['proxy.test:3128', 'http:', 'proxy.test', 3128, undefined],
    ['localhost:3128', 'http:', 'localhost', 3128, undefined],
    ['10.0.0.1:3128', 'http:', '10.0.0.1', 3128, undefined],
    ['[::1]:3128', 'http:', '::1', 3128, undefined],
    ['http://[::1]:3128', 'http:', '::1', 3128, undefined],
    [' http://proxy.test:3128 ', 'http:', 'proxy.test', 3128, undefined],
    ['http://me:pass@proxy.test:1', 'http:', 'proxy.test', 1, 'me:pass'],
    ['me:pass@proxy.test:1', 'http:', 'proxy.test', 1, 'me:pass'],
    ['http://me@proxy.test:1', 'http:', 'proxy.test', 1, 'me:'],
    ['http://me:100%@proxy.test:1', 'http:', 'proxy.test', 1, 'me:100%'],
    ['http://me:100%25@proxy.test:1', 'http:', 'proxy.test', 1, 'me:100%'],
    ['http://me:p%40ss%zz%C3%A9@proxy.test:1', 'http:', 'proxy.test', 1, 'me:p@ss%zzé'],
    ['http://me:%ff@proxy.test:1', 'http:', 'proxy.test', 1, 'me:%ff'],
    ['http://me:pa/ss?w#o@rd:x@proxy.test:1', 'http:', 'proxy.test', 1, 'me:pa/ss?w#o@rd:x'],
  ])('reads %s', (value, protocol, hostname, port, credentials) => {
    const { authorization, ...proxy } = parseProxy('proxy', value)
    expect(proxy).toMatchObject({ protocol, hostname, port })
    expect(authorization).toBe(credentials === undefined ? undefined : basic(credentials))
    expect(proxy.origin).not.toContain('@')
  })

  it.each(['socks5://me:secret@127.0.0.1:1', 'socks://x', 'SOCKS4A://x:1'])('refuses %s in one sentence', (value) => {
    expect(() => parseProxy('HTTPS_PROXY', value)).toThrow(
      'HTTPS_PROXY: SOCKS proxies are not supported: give the URL of an http or https proxy',
    )
  })

  it.each([
    '',
    '  ',
    'not a url',
    'ftp://proxy.test',
    'http://',
    'http://:80',
    'http://host:port',
    'http://me:secret@',
    'file:///x',
  ])('says of %j what is expected, and shows nothing of it', (value) => {
    expect(() => parseProxy('http_proxy', value)).toThrow(
      /^http_proxy: expected the URL of an http or https proxy, such as http:\/\/proxy\.example:3128$/,
    )
  })
})
