import { describe, expect, it } from 'vitest'
import { parseNoProxy } from './no-proxy.ts'

const isDirect = (value: string, hostname: string, port = 443) => parseNoProxy(value)(hostname, port)

describe('parseNoProxy', () => {
  it.each([
    ['*', 'api.test'],
    [' * ', '::1'],
    ['api.test', 'api.test'],
    ['api.test', 'v1.api.test'],
    ['.api.test', 'api.test'],
    ['.api.test', 'v1.api.test'],
    ['*.api.test', 'v1.api.test'],
    ['API.Test.', 'api.test'],
    ['api.test', 'api.test.'],
    ['bücher.test', 'xn--bcher-kva.test'],
    ['a, b ,api.test', 'api.test'],
    ['a b\tapi.test', 'api.test'],
    ['api.test:443', 'api.test'],
    ['*:443', 'api.test'],
    ['127.0.0.1', '127.0.0.1'],
    ['127.0.0.1:443', '127.0.0.1'],
    ['10.0.0.0/8', '10.255.0.1'],
    ['10.1.2.3/8', '10.255.0.1'],
    ['127.0.0.1/32', '127.0.0.1'],
    ['0.0.0.0/0', '8.8.8.8'],
    ['::1', '::1'],
    ['[::1]', '::1'],
    ['[::1]:443', '::1'],
    ['0:0:0:0:0:0:0:1', '::1'],
    ['fd00::/8', 'fdab::1'],
    ['[fd00::]/8', 'fdab::1'],
  ])('with %j, %s is reached directly', (value, hostname) => {
    expect(isDirect(value, hostname)).toBe(true)
  })

  it.each([
    ['', 'api.test'],
    [',, ,', 'api.test'],
    ['api.test', 'myapi.test'],
    ['api.test', 'test'],
    ['*.api.test', 'api.test'],
    ['api.test:80', 'api.test'],
    ['*:80', 'api.test'],
    ['10.0.0.0/8', '11.0.0.1'],
    ['10.0.0.0/8', '10.test'],
    ['10.0.0.0/33', '10.0.0.1'],
    ['10.0.0.0/x', '10.0.0.1'],
    ['10.0.0.0/', '10.0.0.1'],
    ['127.0.0.1', '127.0.0.11'],
    ['fd00::/8', 'fc00::1'],
    ['fd00::/129', 'fd00::1'],
    ['[::1]:80', '::1'],
    ['.', 'api.test'],
    ['[', 'api.test'],
  ])('with %j, %s is reached through the proxy', (value, hostname) => {
    expect(isDirect(value, hostname)).toBe(false)
  })
})
