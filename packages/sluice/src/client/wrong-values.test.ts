import { describe, expect, it } from 'vitest'
import { apiKeyAuth } from '../policies/auth/api-key-auth.ts'
import { scriptedApi } from '../testing/scripted-api.ts'
import { createClient, fetchAll } from './create-client.ts'
import type { ClientOptions } from './settings.ts'

/** Values of the kinds that programs without types pass by mistake. */
const silly = ['x', '10', 0.5, -1, Number.NaN, true, [], [null], {}, new Map(), Symbol('s'), 10n]

const problem = (make: () => unknown): unknown => {
  try {
    make()
    return 'accepted'
  } catch (error) {
    return error instanceof Error ? `${error.name}: ${error.message}` : error
  }
}

describe('a wrong value of an option', () => {
  it.each([
    ['headers', (value) => Object.getPrototypeOf(value) === Object.prototype],
    ['partition', () => false],
    ['clock', () => false],
    ['random', () => false],
    ['sharedLimits', () => false],
    ['quotaMemory', () => false],
    ['maxConcurrency', () => false],
    ['mapError', () => false],
    ['proxy', (value) => value === 'x' || value === '10'],
    ['dnsResultOrder', () => false],
    ['transport', () => false],
    ['retry', (value) => Object.getPrototypeOf(value) === Object.prototype || value instanceof Map],
  ] satisfies [keyof ClientOptions, (value: unknown) => boolean][])(
    'is refused when it is given: %s',
    (name, isFit) => {
      for (const value of silly) {
        if (isFit(value)) continue
        expect(problem(() => createClient({ [name]: value }))).toMatch(new RegExp(`^SettingsError: ${name}: expected`))
      }
    },
  )

  it.each(['x', 3, true, null, [], [null]])('is named where the options themselves are %j', async (wrong) => {
    const options = wrong as never
    const { transport, seen } = scriptedApi([])
    const client = createClient({ transport, baseUrl: 'https://a.test' })
    const message = expect.stringMatching(/^options: expected an object, got /)
    for (const call of [
      () => client.get('/1', options),
      () => client.try('/1', options),
      () => client.send('/1', options),
      () => client.all(['/1'], options),
      () => client.run(() => 1, options),
      () => fetchAll(['/1'], options),
      async () => client.stream(['/1'], options),
      async () => client.paginate('/1', options),
      async () => client.extend(options),
      async () => createClient(options),
    ])
      await expect(call()).rejects.toMatchObject({ name: 'SettingsError', message })
    expect(problem(() => apiKeyAuth(options))).toMatch(/^SettingsError: apiKeyAuth: expected an object/)
    expect(problem(() => client.stream(['/1'], { pages: options }))).toMatch(
      /^SettingsError: pages: expected an object/,
    )
    expect(seen).toEqual([])
  })

  it('is named in the options of runs and pages', () => {
    const client = createClient({ transport: scriptedApi([]).transport })
    for (const value of silly) {
      expect(problem(() => client.stream([], { total: value as never }))).toMatch(/total: expected a whole number/)
      if (value !== 1)
        expect(problem(() => client.stream([], { maxFailures: value as never }))).toMatch(/maxFailures: /)
      expect(problem(() => client.on(value as never))).toMatch(/SettingsError: on: expected a function/)
      const pages = (options: object) =>
        problem(() => client.paginate('https://a.test/', { style: 'link', ...options }))
      expect(pages({ signal: value })).toMatch(/signal: expected an AbortSignal/)
      if (!Array.isArray(value) || value.length > 0)
        expect(pages({ allowOrigins: value })).toMatch(/allowOrigins: expected a list of origins/)
    }
  })

  it.each<[string, () => unknown, string]>([
    ['apiKeyAuth', () => apiKeyAuth('sk-4711' as never), 'apiKeyAuth: expected an object, got text'],
    ['pool', () => createClient({ pool: ['sk-4711' as never] }), 'pool[0]: expected an object, got text'],
    ['tls', () => createClient({ tls: '-----BEGIN 4711' as never }), 'tls: expected an object, got text'],
    ['cookies', () => createClient({ cookies: { sid: '4711' } as never }), 'CookieJar of tough-cookie, got an object'],
    ['a name of a header', () => createClient({ headers: { 'authorization: 4711': '' } }), '"authorization:…" is not'],
    ['all', () => createClient(['sk-4711'] as never), 'options: expected an object, got a list'],
  ])('that is a secret in the place of an object is not quoted: %s', (_, make, message) => {
    expect(problem(make)).toContain(message)
    expect(problem(make)).not.toContain('4711')
  })

  it('is quoted up to 200 characters', () => {
    expect(String(problem(() => createClient({ rate: 'x'.repeat(100_000) as never }))).length).toBeLessThan(400)
  })

  it.each(['localhost:4000/api', 'ftp://a.test', 'user:4711@a.test', Object.create(null)])(
    'is refused at once where it is the base of URLs: %j',
    (baseUrl) => {
      expect(problem(() => createClient({ baseUrl }))).toMatch(/^SettingsError: baseUrl: expected an absolute URL/)
      expect(problem(() => createClient({ baseUrl }))).not.toContain('4711')
    },
  )

  it('is refused in the headers of an extended client too', () => {
    const client = createClient({ transport: scriptedApi([]).transport })
    expect(problem(() => client.extend({ headers: ['authorization: 4711'] as never }))).toBe(
      'SettingsError: headers: expected an object of names and values, got a list',
    )
  })

  it('leaves get what it is, whatever method its options name', async () => {
    const { transport, seen } = scriptedApi([200])
    await createClient({ transport }).get('https://a.test/1', { method: 'DELETE', url: 'https://b.test/' } as never)
    expect(seen).toMatchObject([{ method: 'GET', url: 'https://a.test/1' }])
  })
})
