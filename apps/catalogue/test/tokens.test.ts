import { inspect } from 'node:util'
import { AuthError, ConnectionLostError, type SluiceEvent } from 'sluice'
import { expect, it } from 'vitest'
import { asked, type Practice, practice, upTo, withJson } from './practice.ts'

/** IDs of all products; calls `meanwhile` after the first fifth. */
async function readAll({ catalogue }: Practice, meanwhile?: () => Promise<unknown>): Promise<number[]> {
  const ids: number[] = []
  for await (const { id } of catalogue.allProducts({ perPage: 50, concurrency: 10 })) {
    ids.push(id)
    if (ids.length === 1_000) await meanwhile?.()
  }
  return ids
}

/** Revokes all tokens. */
const revoke = ({ catalogue }: Practice): Promise<unknown> => catalogue.client.post('/catalogue/revoke')

it('a token that is about to expire in the middle is replaced with one refresh, and nobody meets a 401', async () => {
  const shop = practice({ tokenLifetime: '2s' })
  expect(await shop.clock.runUntilSettled(readAll(shop))).toEqual(upTo(5_000))
  expect(asked(shop)).toEqual({ '/login': 1, '/token': 1, '/products': 100 })
  expect(shop.simulator.stats().statuses['401']).toBeUndefined()
})

it('a token that expires earlier than was said costs one refresh, though ten calls meet a 401', async () => {
  const shop = practice({ tokenLifetime: '1500ms' }, {}, (answer, { url }) =>
    url.endsWith('/login') ? withJson(answer, (tokens) => ({ ...tokens, expires_in: 3_600 })) : answer,
  )
  expect(await shop.clock.runUntilSettled(readAll(shop))).toEqual(upTo(5_000))
  expect(asked(shop)).toMatchObject({ '/login': 1, '/token': 1, '/products': 110 })
  expect(shop.simulator.stats().statuses['401']).toBe(10)
})

it('tokens that are revoked in the middle cost one refresh, and one login because that is refused too', async () => {
  const shop = practice()
  expect(await shop.clock.runUntilSettled(readAll(shop, () => revoke(shop)))).toEqual(upTo(5_000))
  expect(asked(shop)).toMatchObject({ '/login': 2, '/token': 1, '/revoke': 1 })
  expect(shop.simulator.stats().statuses['401']).toBeGreaterThan(1)
})

it('a refresh whose answer is lost costs a login, because its token is used up, and no product', async () => {
  let refreshes = 0
  const shop = practice({ tokenLifetime: '2s' }, {}, (answer, { url }) => {
    if (url.endsWith('/token') && refreshes++ === 0) throw new ConnectionLostError('cut')
    return answer
  })
  expect(await shop.clock.runUntilSettled(readAll(shop))).toEqual(upTo(5_000))
  expect(asked(shop)).toMatchObject({ '/login': 2, '/token': 2 })
})

it('a wrong password is one error of the whole, and is tried once', async () => {
  const shop = practice({}, { password: 'guess-4711' })
  const error = await shop.clock.runUntilSettled(readAll(shop)).catch((error: unknown) => error)
  expect(error).toBeInstanceOf(AuthError)
  expect(error).toMatchObject({ summary: 'no token: the catalogue rejects this user and password' })
  expect(asked(shop)).toEqual({ '/login': 1 })
})

it.each([{ user: '' }, { password: '' }])('%j is refused when the client is made', (wrong) => {
  expect(() => practice({}, wrong)).toThrow('the catalogue requires a user and a password')
})

it('the password and the tokens are in no event, error or product, whatever goes wrong', async () => {
  const secrets = new Set(['practice', 'guess-4711'])
  const seen: unknown[] = []
  const listen = ({ catalogue }: Practice): void => {
    catalogue.client.on((event: SluiceEvent) => seen.push(event))
  }
  const shop = practice({ faults: '503:5%,reset:5%', tokenLifetime: '1s' }, {}, (answer, { url }) => {
    if (!/login|token/.test(url) || answer.status !== 200) return answer
    return withJson(answer, (tokens) => {
      for (const name of ['access_token', 'refresh_token']) secrets.add(String(tokens[name]))
      return tokens
    })
  })
  listen(shop)
  seen.push(await shop.clock.runUntilSettled(readAll(shop, () => revoke(shop))))
  expect(secrets.size).toBeGreaterThan(6)

  const wrong = practice({}, { password: 'guess-4711' })
  listen(wrong)
  seen.push(await wrong.clock.runUntilSettled(readAll(wrong)).catch((error: unknown) => error))

  for (const [spoil, summary] of [
    [(token: string) => token, 'no token: the body of 43 bytes is not JSON'],
    [(token: string) => `{"access_token":["${token}"]}`, 'no token: the response of /catalogue/login contains none'],
    [(token: string) => `["${token}"]`, 'no token: the response of /catalogue/login contains none'],
    [(token: string) => `"${token}"`, 'no token: the response of /catalogue/login contains none'],
  ] as const) {
    const garbled = practice({}, {}, (answer, { url }) => {
      if (!url.endsWith('/login')) return answer
      const { access_token } = JSON.parse(new TextDecoder().decode(answer.body)) as { access_token: string }
      // Text that a JSON parser would quote in its error.
      secrets.add(access_token.slice(0, 8))
      return { ...answer, body: new TextEncoder().encode(spoil(access_token)) }
    })
    listen(garbled)
    const error = await garbled.clock.runUntilSettled(readAll(garbled)).catch((error: unknown) => error)
    expect(error).toMatchObject({ summary })
    seen.push(error)
  }
  seen.push(shop.catalogue, wrong.catalogue)

  const text = inspect(seen, { depth: 20, maxArrayLength: null, maxStringLength: null })
  expect(text.length).toBeGreaterThan(100_000)
  expect([...secrets].filter((secret) => text.includes(secret))).toEqual([])
})
