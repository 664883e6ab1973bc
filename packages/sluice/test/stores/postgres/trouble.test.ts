import { once } from 'node:events'
import { createServer } from 'node:net'
import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { type PostgresServer, startPostgres } from '../../../../../test/postgres/index.ts'
import { postgresStore } from '../../../src/stores/postgres/index.ts'
import { newRun, resultOf } from '../stored.ts'
import { ask, Database } from './database.ts'

const password = 'hush/hush?3'

/** A server on which `guest` has a password, and `hostssl` lets nobody in without TLS. */
async function lockedServer(rules: string): Promise<PostgresServer> {
  const server = await startPostgres({ settings: { max_connections: '6', superuser_reserved_connections: '3' } })
  await ask(server.url, `CREATE ROLE guest LOGIN PASSWORD '${password}'`)
  await ask(server.url, 'CREATE DATABASE guest OWNER guest')
  const [[file]] = (await ask(server.url, 'SHOW hba_file')) as [[string]]
  const lines = `host all postgres 127.0.0.1/32 trust\n${rules}`
  await ask(server.url, `COPY (SELECT unnest(string_to_array('${lines}', E'\\n'))) TO '${file}'`)
  await ask(server.url, 'SELECT pg_reload_conf()')
  return server
}

function urlOf(server: PostgresServer, user: string, secret: string | undefined, database: string, query = ''): string {
  const url = new URL(server.url)
  url.username = user
  if (secret !== undefined) url.password = encodeURIComponent(secret)
  url.pathname = `/${database}`
  url.search = query
  return url.href
}

/** Error of opening a store, after a check that it contains no secret, however it is printed. */
async function refusal(url: string, secret = password): Promise<{ code: string; message: string }> {
  const reason = await postgresStore({ url, reconnectTimeout: 0 }).then(
    () => expect.fail('it was opened'),
    (thrown: Error) => thrown,
  )
  const shown = inspect(reason, { depth: 20, showHidden: true }) + JSON.stringify(reason) + reason.stack
  for (const form of [secret, encodeURIComponent(secret)]) expect(shown).not.toContain(form)
  return reason as unknown as { code: string; message: string }
}

describe('a server that does not let a store in', () => {
  it('is named without its password, with what to do', async () => {
    const server = await lockedServer('host all guest 127.0.0.1/32 scram-sha-256')
    const { port } = new URL(server.url)
    const name = `postgres://guest@127.0.0.1:${port}/guest`

    const store = await postgresStore({ url: urlOf(server, 'guest', password, 'guest') })
    expect(store.name).toBe(name)
    await store.close()

    expect(await refusal(urlOf(server, 'guest', 'wrong/one', 'guest'), 'wrong/one')).toMatchObject({
      code: 'SLUICE_STORE',
      message: `${name}: does not accept the password; give the right one in the URL, in PGPASSWORD or in ~/.pgpass (password authentication failed for user "guest")`,
    })
    expect((await refusal(urlOf(server, 'guest', undefined, 'guest'))).message).toContain(
      `${name}: the server requires a password; give it in the URL, in PGPASSWORD or in ~/.pgpass`,
    )
    expect((await refusal(urlOf(server, 'guest', password, 'nowhere'))).message).toBe(
      `postgres://guest@127.0.0.1:${port}/nowhere: the database does not exist; create it (\`createdb NAME\`), or name another (database "nowhere" does not exist)`,
    )
    expect(
      (await refusal(urlOf(server, 'guest', password, 'guest', '?sslmode=no-verify&sslpassword=hush'), 'hush')).message,
    ).toContain(`${name}: the server has no TLS; take sslmode out of the URL`)
    await server.stop()
  })

  it('says that it wants TLS', async () => {
    const server = await lockedServer('hostssl all guest 127.0.0.1/32 scram-sha-256')
    expect((await refusal(urlOf(server, 'guest', password, 'guest'))).message).toContain(
      'the server accepts this user only over TLS, or not at all; add ?sslmode=require to the URL',
    )
    await server.stop()
  })

  it('says that it has too many connections', async () => {
    const server = await lockedServer('host all guest 127.0.0.1/32 scram-sha-256')
    const url = urlOf(server, 'guest', password, 'guest')
    const stores = [await postgresStore({ url })]
    const more = async () => stores.push(await postgresStore({ url, reconnectTimeout: 0 }))
    await expect(
      (async () => {
        for (let count = 0; count < 6; count++) await more()
      })(),
    ).rejects.toMatchObject({
      code: 'SLUICE_STORE',
      message: expect.stringContaining(
        'the server has too many connections; run fewer processes, set fewer `connections`',
      ),
    })
    for (const store of stores) await store.close()
    await server.stop()
  })

  it('is not there, or does not answer', async () => {
    const silent = createServer((socket) => socket.resume()).listen(0, '127.0.0.1')
    await once(silent, 'listening')
    const { port } = silent.address() as { port: number }
    const secret = encodeURIComponent(password)
    const started = performance.now()
    expect((await refusal(`postgres://guest:${secret}@127.0.0.1:${port}/guest`)).message).toContain(
      'the server does not answer; check that it runs and can be reached',
    )
    expect(performance.now() - started).toBeLessThan(15_000)
    silent.close()
    await once(silent, 'close')
    expect((await refusal(`postgres://guest:${secret}@127.0.0.1:${port}/guest`)).message).toContain(
      'no server listens there; start PostgreSQL, or correct host and port',
    )
  })

  it.each(['mysql://u:hush@h/d', 'hush', 'postgres//u:hush@h', ''])('is not what %j names', async (url) => {
    const reason = await postgresStore({ url }).catch((thrown: Error) => thrown)
    expect(reason).toMatchObject({
      name: 'SettingsError',
      message: expect.stringContaining('url: expected postgres://'),
    })
    expect(inspect(reason, { showHidden: true, depth: 9 }).replaceAll(/\n.*at .*/g, '')).not.toContain('hush')
  })
})

describe('a server in trouble', () => {
  it('that may only be read says so, and loses nothing', async () => {
    await using database = await Database.open()
    const store = await postgresStore({ url: database.url })
    const { id } = await store.create(newRun('k'))
    await store.close()
    const name = new URL(database.url).pathname.slice(1)
    await database.ask(`ALTER DATABASE ${name} SET default_transaction_read_only = on`)
    const reading = await postgresStore({ url: database.url })
    expect(await reading.find('k')).toBeDefined()
    await expect(reading.commit(id, { results: [resultOf(0)], at: 2_000 })).rejects.toMatchObject({
      code: 'SLUICE_STORE_READ_ONLY',
      message: expect.stringContaining('the server is read-only'),
    })
    expect(await reading.settled(id)).toEqual([])
    await reading.close()
  })

  it.each([
    [
      '53100',
      'SLUICE_STORE_FULL',
      'the disk of the server is full; free disk space and resume: committed data is safe',
    ],
    ['XX001', 'SLUICE_STORE_DAMAGED', 'the server reports damaged data; restore a backup'],
    ['57014', 'SLUICE_STORE', 'a statement was cancelled, after a minute or by an operator'],
    ['23514', 'SLUICE_STORE_REFUSED', 'cannot store a value: 23514'],
  ])('(%s) refuses a group as a whole with %s, and takes it when it is well again', async (state, code, message) => {
    await using database = await Database.open()
    const store = await postgresStore({ url: database.url })
    const { id } = await store.create(newRun('k'))
    // In the middle of the commit: the results of the group have been written by then.
    await database.ask(`
      CREATE FUNCTION trouble() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN RAISE EXCEPTION 'trouble' USING ERRCODE = '${state}'; END $$;
      CREATE TRIGGER trouble BEFORE INSERT ON sluice.run_counts FOR EACH ROW EXECUTE FUNCTION trouble()`)
    const group = { results: [resultOf(0), resultOf(1)], at: 2_000 }
    await expect(store.commit(id, group)).rejects.toMatchObject({
      code,
      message: expect.stringContaining(`${store.name}: ${message}`),
    })
    expect(await store.settled(id)).toEqual([])
    expect((await store.tallies(id)).endings).toEqual(new Map())
    await database.ask('DROP TRIGGER trouble ON sluice.run_counts')
    await store.commit(id, group)
    expect(await store.find('k')).toMatchObject({ succeeded: 2 })
    await store.close()
  })

  it('whose tables somebody has taken away is said to be damaged, and so is a text that is not what was written', async () => {
    await using database = await Database.open()
    const store = await postgresStore({ url: database.url })
    const { id } = await store.create(newRun('k'))
    await store.commit(id, { results: [resultOf(0), resultOf(1, { body: new Uint8Array(5_000) })], at: 2_000 })
    await database.ask(
      `UPDATE sluice.results SET timing = '[1,' WHERE idx = 0; UPDATE sluice.results SET body = '\\x00' WHERE idx = 1`,
    )
    await expect(store.results(id)).rejects.toMatchObject({ code: 'SLUICE_STORE_DAMAGED' })
    await expect(store.results(id, { after: 0 })).rejects.toMatchObject({ code: 'SLUICE_STORE_DAMAGED' })
    await database.ask('DROP TABLE sluice.results')
    await expect(store.results(id)).rejects.toMatchObject({ code: 'SLUICE_STORE_DAMAGED' })
    await store.close()
  })
})

describe('text that PostgreSQL cannot keep', () => {
  it('comes back as it was: U+0000 in every place, and what stands for it', async () => {
    await using database = await Database.open()
    const store = await postgresStore({ url: database.url })
    const odd = 'a\0b\u001a0\u001ac\\0"\'{}\\u0000 😀'
    const run = newRun(odd, {
      source: { name: odd, identity: odd, isSpooled: true },
      settings: { [odd]: odd },
      keySeed: odd,
    })
    const { id } = await store.create(run)
    expect(await store.find(odd)).toMatchObject(run)
    const { bodyKind, body, ...failed } = resultOf(1, {
      id: odd,
      url: odd,
      method: odd,
      ok: false,
      status: undefined,
      error: { code: odd, message: odd },
      headers: { [odd]: odd },
      meta: odd,
    })
    const result = { ...failed, bodyKind, body }
    const parked = { index: 2, id: odd, until: 9_000, code: odd }
    const spooled = { index: 1, request: odd }
    const send = { quota: odd, at: 1, weight: 1, until: 9_000 }
    const progress = { read: 3, hasEnded: false, settledBelow: 0, mark: { index: 0, mark: odd } }
    await store.commit(id, {
      results: [result],
      parked: [parked],
      spooled: [spooled],
      sends: [send],
      progress,
      at: 2_000,
    })

    const { status, ...kept } = result
    expect(status).toBeUndefined()
    expect(await store.results(id)).toEqual([kept])
    expect(await store.results(id, { endings: [odd] })).toHaveLength(1)
    expect(await store.parked(id)).toEqual([parked])
    expect(await store.spooled(id)).toEqual([spooled])
    expect(await store.quotaSends(0)).toEqual([send])
    expect((await store.find(odd))?.mark).toEqual({ index: 0, mark: odd })
    const { endings, errors } = await store.tallies(id)
    expect(endings).toEqual(new Map([[odd, 1]]))
    expect(errors).toEqual([{ code: odd, message: odd, count: 1, example: odd }])
    expect(await store.requeue(id, { endings: [odd] })).toBe(1)
    expect(await store.parked(id)).toMatchObject([{ index: 1, id: odd, code: odd }, {}])
    expect((await store.tallies(id)).errors).toEqual([])
    await store.close()
  })

  it('may be longer than an index takes', async () => {
    await using database = await Database.open()
    const store = await postgresStore({ url: database.url })
    const { id } = await store.create(newRun('k'))
    const message = Array.from({ length: 20_000 }, (_, at) => String.fromCharCode(97 + ((at * 7_919) % 26))).join('')
    const error = { code: 'SLUICE_SERVER_ERROR', message }
    const results = [0, 1].map((index) => resultOf(index, { ok: false, status: 500, error, id: message, url: message }))
    await store.commit(id, { results, at: 2_000 })
    expect((await store.tallies(id)).errors).toEqual([{ ...error, count: 2, example: message }])
    expect((await store.results(id))[0]).toMatchObject({ id: message, url: message })
    await store.close()
  })
})

describe('a group', () => {
  it('that has an item twice keeps what came first of it, and parks what was said last', async () => {
    await using database = await Database.open()
    const store = await postgresStore({ url: database.url })
    const { id } = await store.create(newRun('k'))
    const parked = [7_000, 8_000].map((until) => ({ index: 5, id: '5', until, code: 'SLUICE_PAUSED' }))
    await store.commit(id, { results: [resultOf(0), resultOf(0, { status: 201 })], parked, at: 2_000 })
    expect((await store.results(id)).map(({ status }) => status)).toEqual([200])
    expect(await store.find('k')).toMatchObject({ succeeded: 1, parked: 1, nextDueAt: 8_000 })
    await store.close()
  })
})
