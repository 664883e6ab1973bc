import { createClient } from 'sluice'
import { scriptedApi } from 'sluice/testing'
import { describe, expect, it } from 'vitest'
import { hasTypedSecret, resolveTokens } from './token-flags.ts'

const env = { ID: 'my-app', SECRET: 'geheim-4711', LOGIN: '{"user":"ada","password":"geheim-4711"}' }

describe('--oauth', () => {
  it('fetches a token with an id and a secret from the environment, and masks the secret', async () => {
    const parts = 'tokenUrl=https://login.test/token, clientId=env:ID,clientSecret=env:SECRET,scope=read write'
    const plan = resolveTokens({ oauth: parts }, env)
    expect([plan?.secrets, plan?.literals]).toEqual([['my-app', 'geheim-4711'], []])
    const api = scriptedApi([{ json: { access_token: 't1', token_type: 'bearer', expires_in: 60 } }, { json: [] }])
    const client = createClient({ transport: api.transport, auth: plan?.auth })
    await client.get('https://api.test/x')
    expect(api.seen[0]).toMatchObject({
      url: 'https://login.test/token',
      body: 'grant_type=client_credentials&scope=read+write',
      headers: { authorization: `Basic ${btoa('my-app:geheim-4711')}` },
    })
    expect(api.seen[1]?.headers.authorization).toBe('Bearer t1')
    await client.close()
  })

  it.each([
    'tokenUrl=https://login.test/token',
    'tokenUrl=https://login.test/token,clientId=a,clientSecret=',
    'tokenUrl=https://login.test/token,clientId=a,secret=geheim-4711',
    'nonsense',
  ])('says what it expects, without what was given: %s', (oauth) => {
    expect(() => resolveTokens({ oauth }, env)).toThrow(/^--oauth: expected tokenUrl=URL/)
    expect(() => resolveTokens({ oauth }, env)).not.toThrow(/geheim/)
  })

  it('names what is missing or cannot be, and warns of a typed secret', () => {
    const with_ = (end: string) => `tokenUrl=https://login.test/token,clientId=a,clientSecret=${end}`
    expect(() => resolveTokens({ oauth: with_('env:NONE') }, env)).toThrow('--oauth: the environment variable NONE')
    expect(() => resolveTokens({ oauth: with_('b,credentialsIn=x') }, env)).toThrow(
      '--oauth: expected one of header, body',
    )
    expect(resolveTokens({ oauth: with_('b') }, env)?.literals).toEqual(['--oauth'])
    expect([with_('b'), with_('env:B'), with_('file:b,scope=c')].map(hasTypedSecret)).toEqual([true, false, false])
    expect(() => resolveTokens({ oauth: with_('b'), auth: ['bearer:x'] }, env)).toThrow(
      '--auth and --oauth: give one of them',
    )
  })
})

describe('--login', () => {
  it('sends a body from the environment, and again when the token is refused', async () => {
    const plan = resolveTokens(
      { login: 'post https://api.test/login', loginJson: 'env:LOGIN', tokenPath: 'data.token' },
      env,
    )
    expect([plan?.secrets, plan?.literals]).toEqual([['geheim-4711'], []])
    const api = scriptedApi([{ json: { data: { token: 'a' } } }, 401, { json: { data: { token: 'b' } } }, { json: 1 }])
    const client = createClient({ transport: api.transport, auth: plan?.auth })
    expect((await client.get('https://api.test/x')).value).toBe(1)
    expect(api.seen.map(({ method, url, headers }) => [method, url, headers.authorization])).toEqual([
      ['POST', 'https://api.test/login', undefined],
      ['GET', 'https://api.test/x', 'Bearer a'],
      ['POST', 'https://api.test/login', undefined],
      ['GET', 'https://api.test/x', 'Bearer b'],
    ])
    expect(JSON.parse(String(api.seen[0]?.body))).toEqual({ user: 'ada', password: 'geheim-4711' })
    await client.close()
  })

  it('says where no token was', async () => {
    const plan = resolveTokens({ login: 'https://api.test/login' }, env)
    const api = scriptedApi([{ json: { token: 'geheim-4711' } }])
    const client = createClient({ transport: api.transport, auth: plan?.auth, retry: false })
    const result = await client.try('https://api.test/x')
    expect(result).toMatchObject({
      ok: false,
      error: { message: expect.stringContaining('no text at access_token; --token-path') },
    })
    expect(JSON.stringify(result)).not.toContain('geheim')
    await client.close()
  })

  it.each([
    [{ login: 'a b c' }, "--login: expected 'POST https://api.example/login'"],
    [{ login: 'POST ftp://x' }, '--login: '],
    [{ login: 'https://api.test/', tokenPath: 'a..b' }, '--token-path: expected a path'],
    [{ login: 'https://api.test/', loginJson: '{' }, '--login-json'],
  ])('refuses %j', (flags, message) => {
    expect(() => resolveTokens(flags, env)).toThrow(message)
  })
})
