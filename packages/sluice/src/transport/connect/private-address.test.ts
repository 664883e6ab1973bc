import { describe, expect, it } from 'vitest'
import { checkPublicHost, isPrivateAddress, publicAddresses } from './private-address.ts'

describe('an address', () => {
  it.each([
    '127.0.0.1',
    '127.255.255.254',
    '0.0.0.0',
    '10.1.2.3',
    '100.64.0.1',
    '169.254.169.254',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.1.1',
    '198.19.0.1',
    '224.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    'fc00::1',
    'fd12:3456::1',
    'fe80::1',
    'fe80::1%eth0',
    'ff02::1',
    '::ffff:127.0.0.1',
    '::ffff:a9fe:a9fe',
    '::7f00:1',
    '64:ff9b::10.0.0.1',
    '2002:7f00:1::',
    '[::1]',
  ])('%s is private', (address) => {
    expect(isPrivateAddress(address)).toBe(true)
  })

  it.each([
    '1.1.1.1',
    '100.63.255.255',
    '100.128.0.1',
    '172.15.255.255',
    '172.32.0.1',
    '192.167.1.1',
    '192.169.1.1',
    '223.255.255.255',
    '2606:4700::1111',
    '::ffff:1.1.1.1',
    '64:ff9b::1.1.1.1',
    '2002:101:101::',
    'localhost',
    '',
  ])('%j is not', (address) => {
    expect(isPrivateAddress(address)).toBe(false)
  })
})

describe('of the addresses of a host', () => {
  const [inside, outside] = [
    { address: '10.0.0.1', family: 4 },
    { address: '1.1.1.1', family: 4 },
  ]

  it('those on the public internet are taken', () => {
    expect(publicAddresses('a.test', [inside, outside])).toEqual([outside])
  })

  it('none is taken if all are private, which no retry changes', () => {
    expect(() => publicAddresses('a.test', [inside])).toThrow(
      expect.objectContaining({ code: 'SLUICE_PRIVATE_ADDRESS', permanent: true, sent: 'no' }),
    )
  })

  it.each(['localhost', 'LOCALHOST.', 'a.localhost', '127.1.1.1', '[::1]'])('%s is private by its name', (host) => {
    expect(() => checkPublicHost(host)).toThrow('denyPrivateAddresses')
  })
})
