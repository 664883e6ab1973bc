import { describe, expect, it } from 'vitest'
import { connectError, neverConnected } from './connection-error.ts'
import { causeOf, fetchPlatform } from './fetch-platform.ts'

const browser = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/153.0.0.0 Safari/537.36'

describe('the platform of a fetch', () => {
  it.each([
    ['Node.js/24', true, 'identity', ['', 'identity'], ['gzip', 'zstd']],
    ['Deno/2.9.6', true, undefined, ['gzip', 'br', 'x-gzip', ''], ['zstd', 'deflate', 'gzip, br']],
    ['Bun/1.4.5', true, undefined, ['gzip', 'br', 'zstd'], []],
    [browser, true, undefined, ['gzip', 'zstd'], []],
    ['Cloudflare-Workers', true, 'identity', ['gzip'], []],
    // A fetch of the caller's.
    ['Node.js/24', false, 'identity', ['gzip'], []],
    [browser, false, 'identity', ['gzip'], []],
  ] as const)('%s (its own: %s) asks for the coding %s', (userAgent, isOwn, asked, trusted, refused) => {
    const platform = fetchPlatform(isOwn, userAgent)
    expect(platform.headers['accept-encoding']).toBe(asked)
    expect(platform.isBrowser).toBe(isOwn && userAgent === browser)
    for (const coding of trusted) expect([coding, platform.refusal(coding)]).toEqual([coding, undefined])
    for (const coding of refused) expect(platform.refusal(coding)).toContain(`encoded as ${coding}`)
  })

  it.each([
    ['dns error: failed to lookup address information: Name or service not known', 'SLUICE_DNS'],
    ['tcp connect error: Connection refused (os error 111)', 'SLUICE_CONNECT'],
    ['invalid peer certificate: UnknownIssuer', 'SLUICE_TLS'],
    ['tcp connect error: something new', 'SLUICE_CONNECT'],
  ])('knows from the words of Deno that nothing was sent: %s', (words, code) => {
    const url = 'http://a.test/'
    const reason = new Error(`error sending request for url (${url}): client error (Connect): ${words}`)
    const cause = causeOf(new TypeError('fetch failed', { cause: reason }))
    expect(neverConnected(cause)).toBe(true)
    expect(connectError('a.test', cause)).toMatchObject({ code, sent: 'no' })
    expect(causeOf(new TypeError('error sending request for url: connection error: reset'))).toBeInstanceOf(TypeError)
  })
})
