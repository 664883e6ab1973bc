import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { createClient } from '../../client/create-client.ts'
import { SettingsError } from '../../errors/settings-error.ts'
import { apiKeyAuth } from './api-key-auth.ts'
import { basicAuth } from './basic-auth.ts'
import { bearerAuth } from './bearer-auth.ts'
import { clientCredentialsAuth } from './client-credentials-auth.ts'
import { tokenAuth } from './token-auth.ts'

const client = { tokenUrl: 'https://login.test/token', clientId: 'id', clientSecret: 's3cr3t' }
const fetchToken = async (): Promise<{ token: string }> => ({ token: 's3cr3t' })
// biome-ignore lint/suspicious/noExplicitAny: what no type would let through is what is tested.
const wrong = (value: unknown): any => value

describe('credentials that cannot work', () => {
  it.each([
    [() => bearerAuth(''), 'bearerAuth: expected a token in visible ASCII characters, or a function that gives one'],
    [() => bearerAuth('s3cr3t\n'), 'bearerAuth: expected a token in visible ASCII characters'],
    [() => bearerAuth(wrong(undefined)), 'bearerAuth: expected a token in visible ASCII characters'],
    [() => basicAuth('a:b', 's3cr3t'), 'basicAuth: expected a user without a colon'],
    [() => basicAuth('a', 's3cr3t\0'), 'basicAuth: expected no control characters'],
    [() => basicAuth('a', wrong(undefined)), 'basicAuth: expected a user and a password'],
    [() => apiKeyAuth({ header: 'x', key: '' }), 'apiKeyAuth: expected a key'],
    [() => apiKeyAuth(wrong({ key: 's3cr3t' })), 'apiKeyAuth: expected either the name of a header or that of a query'],
    [() => apiKeyAuth(wrong({ header: 'x', query: 'x', key: 's3cr3t' })), 'apiKeyAuth: expected either the name'],
    [() => apiKeyAuth({ query: '', key: 's3cr3t' }), 'apiKeyAuth: expected query to be a name'],
    [() => apiKeyAuth({ header: 'x y', key: 's3cr3t' }), 'apiKeyAuth: the header name "x y" is not a token'],
    [
      () => apiKeyAuth({ header: 'Expect', key: 's3cr3t' }),
      'apiKeyAuth: the header expect cannot be set: the transport writes it',
    ],
    [() => apiKeyAuth({ header: 'x', key: 's3cr3tä€' }), 'apiKeyAuth: expected a key in visible ASCII characters'],
    [() => tokenAuth(wrong({})), 'tokenAuth: expected fetchToken to be a function'],
    [() => tokenAuth({ fetchToken, scheme: 'a b' }), 'tokenAuth: expected scheme to be one word, such as Bearer'],
    [() => tokenAuth({ fetchToken, header: '' }), 'tokenAuth: the header name "" is not a token'],
    [() => tokenAuth({ fetchToken, refreshBefore: 'soon' }), 'tokenAuth.refreshBefore: expected a duration'],
    [() => clientCredentialsAuth({ ...client, clientSecret: '' }), 'clientCredentialsAuth: expected clientSecret'],
    [() => clientCredentialsAuth({ ...client, clientId: wrong(7) }), 'clientCredentialsAuth: expected clientId'],
    [() => clientCredentialsAuth({ ...client, tokenUrl: '/token' }), 'clientCredentialsAuth: expected tokenUrl to be'],
    [
      () => clientCredentialsAuth({ ...client, tokenUrl: 'https://id:s3cr3t@a.test/' }),
      'clientCredentialsAuth: expected',
    ],
    [
      () => clientCredentialsAuth({ ...client, credentialsIn: wrong('url') }),
      'credentialsIn: expected one of header, body',
    ],
    [
      () => createClient({ auth: wrong('Bearer s3cr3t') }),
      'auth: expected the result of bearerAuth, tokenAuth or another',
    ],
    [() => createClient({ auth: wrong(null) }), 'auth: expected the result of bearerAuth, tokenAuth or another'],
  ])('are refused when they are made: %s', (make, message) => {
    let error: unknown
    try {
      make()
    } catch (thrown) {
      error = thrown
    }
    expect(error).toBeInstanceOf(SettingsError)
    expect((error as Error).message).toContain(message)
    expect((error as Error).message).not.toContain('s3cr3t')
  })
})

describe('credentials in a log', () => {
  it.each([
    ['bearerAuth', bearerAuth('s3cr3t')],
    ['basicAuth', basicAuth('ada', 's3cr3t')],
    ['apiKeyAuth in a header', apiKeyAuth({ header: 'x', key: 's3cr3t' })],
    ['apiKeyAuth in the query', apiKeyAuth({ query: 'x', key: 's3cr3t' })],
    ['clientCredentialsAuth', clientCredentialsAuth(client)],
  ])('of %s show nothing', (_, auth) => {
    const shown = inspect(auth, { depth: 9 }) + JSON.stringify(auth)
    expect(shown).not.toContain('s3cr3t')
    expect(shown).not.toContain(Buffer.from('ada:s3cr3t').toString('base64'))
  })
})
