import { describe, expect, it } from 'vitest'
import { createClient } from '../../client/create-client.ts'
import type { CallResult } from '../../client/result.ts'
import type { ApiRequest } from '../../http/request.ts'
import { ManualClock } from '../../testing/manual-clock.ts'
import { memoryTransport } from '../../transport/transport.ts'
import { AuthError } from '../errors.ts'
import { type ClientCredentialsOptions, clientCredentialsAuth } from './client-credentials-auth.ts'
import { readTokenAnswer } from './token-answer.ts'

interface Answer {
  readonly status: number
  readonly body: string
}

const issued = (fields: object = {}): Answer => ({
  status: 200,
  body: JSON.stringify({ access_token: 'a.b.c', token_type: 'bearer', expires_in: 3_600, ...fields }),
})

/** One call with such a token; what the token server and the API saw. */
async function callWith(
  options: Partial<ClientCredentialsOptions>,
  answer: Answer = issued(),
): Promise<{ readonly seen: ApiRequest[]; readonly result: CallResult }> {
  const clock = new ManualClock()
  const seen: ApiRequest[] = []
  const client = createClient({
    clock,
    retry: false,
    auth: clientCredentialsAuth({
      tokenUrl: 'https://login.test/token',
      clientId: 'my id',
      clientSecret: 's3:cr+t/ä',
      ...options,
    }),
    transport: memoryTransport((request) => {
      seen.push(request)
      const { status, body } = request.url.startsWith('https://login.test/') ? answer : { status: 200, body: '' }
      return { status, headers: { 'content-type': 'application/json' }, body: new TextEncoder().encode(body) }
    }),
  })
  const result = await clock.runUntilSettled(client.try('https://a.test/x'))
  return { seen, result }
}

describe('client credentials', () => {
  it('are sent in the header, written as in a form before they are joined (RFC 6749 section 2.3.1)', async () => {
    const { seen } = await callWith({})

    const [scheme, text] = seen[0]!.headers.authorization!.split(' ')
    expect([scheme, Buffer.from(text!, 'base64').toString()]).toEqual(['Basic', 'my+id:s3%3Acr%2Bt%2F%C3%A4'])
    expect(seen[0]).toMatchObject({
      method: 'POST',
      url: 'https://login.test/token',
      body: 'grant_type=client_credentials',
    })
    expect(seen[0]!.headers).toMatchObject({ 'content-type': 'application/x-www-form-urlencoded' })
    expect(seen[1]!.headers).toMatchObject({ authorization: 'Bearer a.b.c' })
  })

  it('are sent in the body on request, with scope and audience', async () => {
    const { seen } = await callWith({ credentialsIn: 'body', scope: 'read write', audience: 'https://a.test/' })

    expect(seen[0]!.headers.authorization).toBeUndefined()
    expect(Object.fromEntries(new URLSearchParams(String(seen[0]!.body)))).toEqual({
      grant_type: 'client_credentials',
      scope: 'read write',
      audience: 'https://a.test/',
      client_id: 'my id',
      client_secret: 's3:cr+t/ä',
    })
  })

  it.each([
    ['invalid_request', 'the request is malformed'],
    ['invalid_client', 'the client is unknown, or its secret is wrong'],
    ['invalid_grant', 'the grant is invalid or expired'],
    ['unauthorized_client', 'this client may not use this grant'],
    ['unsupported_grant_type', 'client credentials are not supported'],
    ['invalid_scope', 'the scope is unknown, or exceeds what the client may request'],
  ])('that are refused with %s fail the call in words, without those of the server', async (code, words) => {
    const body = JSON.stringify({ error: code, error_description: 's3:cr+t/ä is wrong' })
    const { seen, result } = await callWith({}, { status: 400, body })

    const message = `no token: the token server answers 400 Bad Request, ${code}: ${words}`
    expect(result).toMatchObject({
      ok: false,
      error: { code: 'SLUICE_AUTH', summary: message, cause: { status: 400 } },
    })
    expect(seen).toHaveLength(1)
  })

  it.each([
    [400, '{"error":"a new one"}', 'no token: 400 Bad Request'],
    [401, 'no', 'no token: 401 Unauthorized'],
    [500, '', 'no token: 500 Internal Server Error'],
    [200, 'access_token=a.b.c', 'no token: the response of the token server is not a JSON object'],
    [200, '["a.b.c"]', 'no token: the response of the token server is not a JSON object'],
    [200, '{"token":"a.b.c"}', 'no token: the response of the token server has no access_token'],
    [
      200,
      issued({ token_type: 'mac' }).body,
      'no token: the response of the token server has a token_type that is not Bearer',
    ],
    [
      200,
      issued({ expires_in: 'soon' }).body,
      'no token: the response of the token server has an expires_in that is not a number of seconds',
    ],
    [
      200,
      issued({ access_token: 'a.b.c\n' }).body,
      'no token: fetchToken returned none, or one with characters that headers cannot contain',
    ],
  ])('answered with %d and %s fail the call, and nothing of that is quoted', async (status, body, message) => {
    const { result } = await callWith({}, { status, body })

    expect(result).toMatchObject({ ok: false, error: { code: 'SLUICE_AUTH', summary: message } })
    expect(JSON.stringify(result)).not.toContain('a.b.c')
  })
})

describe('the response of a token server', () => {
  it.each([
    [{}, { token: 't' }],
    [{ expires_in: null }, { token: 't' }],
    [{ expires_in: 1e308 }, { token: 't', expiresIn: Number.MAX_SAFE_INTEGER }],
    [{ expires_in: 60 }, { token: 't', expiresIn: 60_000 }],
    [{ expires_in: '60' }, { token: 't', expiresIn: 60_000 }],
    [
      { expires_in: 0.5, token_type: 'BEARER' },
      { token: 't', expiresIn: 500 },
    ],
  ])('with %j says how long it is valid, in seconds', (fields, expected) => {
    expect(readTokenAnswer(JSON.stringify({ access_token: 't', token_type: 'Bearer', ...fields }))).toEqual(expected)
  })

  it('without a token_type is one of a Bearer token', () => {
    expect(readTokenAnswer('{"access_token":"t"}')).toEqual({ token: 't' })
  })

  it.each([['mac'], [null], [5], [['bearer']], [{ toString: 1 }]])('with the token_type %j is refused', (type) => {
    const answer = JSON.stringify({ access_token: 't', token_type: type })
    expect(() => readTokenAnswer(answer)).toThrow('has a token_type that is not Bearer')
  })

  it('with a time below zero is refused', () => {
    const answer = JSON.stringify({ access_token: 't', token_type: 'Bearer', expires_in: -1 })
    expect(() => readTokenAnswer(answer)).toThrow(AuthError)
  })
})
