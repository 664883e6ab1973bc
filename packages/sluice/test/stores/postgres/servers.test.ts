import { chmodSync, chownSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { servant, tempRoot } from '../../../../../test/postgres/binaries.ts'
import { type PostgresServer, startPostgres } from '../../../../../test/postgres/index.ts'
import { postgresStore } from '../../../src/stores/postgres/index.ts'
import { certificate } from '../../http2/certificate.ts'
import { newRun, resultOf } from '../stored.ts'
import { ask as askAt } from './database.ts'
import { openSql } from './open-sql.ts'
import { TransactionPooler } from './transaction-pooler.ts'

let server: PostgresServer
let folder: string
let ca: string

/** A server that has TLS, lets `secure` in with TLS only, and has schemas that an owner made for `app` and `worker`. */
beforeAll(async () => {
  server = await startPostgres()
  folder = mkdtempSync(join(tempRoot(), 'sluice-tls-'))
  chmodSync(folder, 0o755)
  ca = join(folder, 'cert.pem')
  const key = join(folder, 'key.pem')
  writeFileSync(ca, certificate.cert)
  writeFileSync(key, certificate.key, { mode: 0o600 })
  if (servant !== undefined) chownSync(key, servant.uid, servant.gid)
  const [[rules]] = (await ask('SHOW hba_file')) as [[string]]
  const lines =
    'hostssl all secure 127.0.0.1/32 trust\nhost all secure 127.0.0.1/32 reject\nhost all all 127.0.0.1/32 trust'
  for (const statement of [
    `COPY (SELECT unnest(string_to_array('${lines}', E'\\n'))) TO '${rules}'`,
    `ALTER SYSTEM SET ssl_cert_file = '${ca}'`,
    `ALTER SYSTEM SET ssl_key_file = '${key}'`,
    'ALTER SYSTEM SET ssl = on',
    'SELECT pg_reload_conf()',
    'CREATE ROLE secure LOGIN SUPERUSER',
    'CREATE ROLE app LOGIN',
    'CREATE ROLE worker LOGIN',
    'CREATE ROLE reader LOGIN',
    'CREATE SCHEMA team_a AUTHORIZATION app',
    'CREATE SCHEMA secure AUTHORIZATION secure',
  ]) {
    await ask(statement)
  }
})

afterAll(async () => {
  await server.stop()
  rmSync(folder, { recursive: true, force: true })
})

afterEach(() => {
  vi.unstubAllEnvs()
})

/** Rows of a statement of the superuser, whatever the environment says of TLS. */
const ask = (statement: string): Promise<unknown[][]> => askAt(`${server.url}?sslmode=disable`, statement)

function urlOf(user: string, query: Readonly<Record<string, string>> = {}, host = '127.0.0.1'): string {
  const url = new URL(server.url)
  url.username = user
  url.hostname = host
  url.search = String(new URLSearchParams({ schema: user === 'secure' ? 'secure' : 'team_a', ...query }))
  return url.href
}

/** Opens a store, and closes it. Answers whether its connections have TLS. */
async function opens(url: string): Promise<boolean> {
  const store = await postgresStore({ url, reconnectTimeout: 0 })
  const [[count]] = (await ask(
    `SELECT count(*)::int FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE application_name = 'sluice' AND ssl`,
  )) as [[number]]
  await store.close()
  return count > 0
}

describe('TLS', () => {
  it('is used where the server has it, and where sslmode or PGSSLMODE requests it', async () => {
    expect(await opens(urlOf('secure'))).toBe(true)
    expect(await opens(urlOf('app'))).toBe(true)
    expect(await opens(urlOf('app', { sslmode: 'disable' }))).toBe(false)
    expect(await opens(urlOf('secure', { sslmode: 'require' }))).toBe(true)
    vi.stubEnv('PGSSLMODE', 'disable')
    expect(await opens(urlOf('app'))).toBe(false)
    await expect(opens(urlOf('secure'))).rejects.toThrow('add ?sslmode=require to the URL')
  })

  it('checks the server with verify-full, or with an authority, as libpq does', async () => {
    const untrusted = /its certificate is not trusted; name its authority with sslrootcert=FILE in the URL/
    await expect(opens(urlOf('secure', { sslmode: 'verify-full' }))).rejects.toThrow(untrusted)
    expect(await opens(urlOf('secure', { sslmode: 'verify-full', sslrootcert: ca }))).toBe(true)
    expect(await opens(urlOf('secure', { sslmode: 'verify-ca', sslrootcert: ca }))).toBe(true)
    vi.stubEnv('PGSSLMODE', 'verify-full')
    vi.stubEnv('PGSSLROOTCERT', ca)
    expect(await opens(urlOf('secure'))).toBe(true)
    vi.unstubAllEnvs()
    await expect(opens(urlOf('secure', { sslmode: 'require', sslrootcert: '/nowhere.pem' }))).rejects.toThrow(
      'sslrootcert: ENOENT: no such file or directory',
    )
    await expect(opens(urlOf('secure', { sslmode: 'always' }))).rejects.toThrow(
      'sslmode: expected one of disable, allow, prefer, require, verify-ca, verify-full, no-verify, got "always"',
    )
  })
})

describe('several servers in one URL', () => {
  it('are tried one after the other, and the next is used when one is lost', async () => {
    const { port } = new URL(server.url)
    const store = await postgresStore({ url: `postgres://app@127.0.0.1:1,127.0.0.1:${port}/postgres?schema=team_a` })
    expect(store.name).toBe(`postgres://app@127.0.0.1:1,127.0.0.1:${port}/postgres`)
    await ask(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'sluice'`)
    expect(await store.list()).toEqual([])
    await store.close()
  })
})

describe('a pooler in transaction mode', () => {
  it('is refused before anything is sent through it that others would find', async () => {
    await using pooler = await TransactionPooler.before(server.url)
    await expect(postgresStore({ url: pooler.url, reconnectTimeout: 0 })).rejects.toMatchObject({
      code: 'SLUICE_STORE',
      message: expect.stringContaining(
        'this is a pooler in transaction mode, but a store needs sessions; give the address of the server itself',
      ),
    })
  })
})

describe('roles with few rights', () => {
  it('need a schema of their own, or one that its owner has filled; readers may read', async () => {
    const owner = await postgresStore({ url: urlOf('app') })
    const { id } = await owner.create(newRun('k'))
    await owner.close()
    await ask(
      `GRANT USAGE ON SCHEMA team_a TO worker, reader;
       GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA team_a TO worker;
       GRANT SELECT ON ALL TABLES IN SCHEMA team_a TO reader`,
    )
    const worker = await postgresStore({ url: urlOf('worker') })
    await worker.claim(id)
    await worker.commit(id, { results: [resultOf(0)], at: 2_000 })
    await worker.close()
    const reader = await postgresStore({ url: urlOf('reader') })
    expect(await reader.find('k')).toMatchObject({ succeeded: 1 })
    await expect(reader.commit(id, { results: [resultOf(1)], at: 2_000 })).rejects.toThrow('the user lacks a privilege')
    await reader.close()
    await expect(postgresStore({ url: urlOf('worker', { schema: 'other' }) })).rejects.toThrow(
      'the user lacks a privilege; the owner can grant it (GRANT CREATE ON DATABASE), or use a schema that the user owns',
    )
  })
})

it('settings of a role do not matter', async () => {
  const settings = {
    search_path: 'pg_catalog',
    statement_timeout: '10s',
    lock_timeout: '10s',
    idle_session_timeout: '10s',
    transaction_timeout: '10s',
    standard_conforming_strings: 'off',
    bytea_output: 'escape',
    DateStyle: 'SQL, DMY',
    extra_float_digits: '0',
    'plpgsql.extra_errors': 'all',
  }
  for (const [name, value] of Object.entries(settings)) await ask(`ALTER ROLE app SET ${name} = '${value}'`)
  const store = await postgresStore({ url: urlOf('app') })
  const { id } = await store.create(newRun('a\\b'))
  await store.claim(id)
  await store.commit(id, { results: [resultOf(0, { url: 'a\\0b' })], at: 1_700_000_000_123.456 })
  expect(await store.find('a\\b')).toMatchObject({ succeeded: 1, updatedAt: 1_700_000_000_123.456 })
  expect(await store.results(id)).toMatchObject([{ url: 'a\\0b' }])
  await store.close()
  const sql = openSql(urlOf('app'), 'team_a')
  const limits = ['statement', 'lock', 'idle_session', 'transaction'].map(
    (what) => `current_setting('${what}_timeout')`,
  )
  expect(await sql.query(undefined, `SELECT ARRAY[${limits}] AS limits`)).toEqual([{ limits: ['1min', '0', '0', '0'] }])
  await sql.close()
  await ask('ALTER ROLE app RESET ALL')
})

it('a server that gives no response is left for the next one', async () => {
  const silent = createServer((socket) => socket.on('error', () => undefined)).listen(0, '127.0.0.1')
  await new Promise((resolve) => silent.once('listening', resolve))
  const { port } = silent.address() as { readonly port: number }
  const store = await postgresStore({
    url: `postgres://app@127.0.0.1:${port},127.0.0.1:${new URL(server.url).port}/postgres?schema=team_a`,
  })
  await store.close()
  silent.close()
})
