import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { chmodSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { serveSimulator } from '@sluice/simulator'
import { Client } from 'pg'
import { expect, it, onTestFinished } from 'vitest'
import { bundledCommand } from '../../../test/bundled.ts'
import { blocksOf } from '../../../test/doc-blocks.ts'
import { openDatabase } from '../../../test/postgres/index.ts'
import { temporaryFolder } from './run-sluice.ts'

// The commands and statements of docs/workers.md and docs/going-further.md, run as they stand there, one after another.

const page = 'docs/workers.md'

/** The block of a page that has this text. */
function block(language: 'sh' | 'sql', text: string, of = page): string {
  return blocksOf(of, language).find((one) => one.text.includes(text))!.text
}

it('the commands of docs/workers.md do what they say, for roles that have no more rights than it gives them', {
  timeout: 300_000,
}, async () => {
  const folder = temporaryFolder()
  const command = join(folder, 'sluice')
  writeFileSync(command, `#!/bin/sh\nexec '${process.execPath}' -- '${await bundledCommand()}' "$@"\n`)
  writeFileSync(join(folder, 'npx'), '#!/bin/sh\nexec "$@"\n')
  for (const file of ['sluice', 'npx']) chmodSync(join(folder, file), 0o755)
  const api = await serveSimulator({ scenario: { latency: 5 } })
  onTestFinished(() => api.close())

  const database = await openDatabase()
  const admin = new Client({ connectionString: database.url })
  await admin.connect()
  const [owner, worker] = ['owner', 'worker'].map((name) => `sluice_${name}_${randomUUID().replaceAll('-', '')}`)
  const roles = (text: string) => text.replaceAll('sluice_owner', owner!).replaceAll('sluice_worker', worker!)
  onTestFinished(async () => {
    for (const role of [owner, worker]) await admin.query(`DROP OWNED BY ${role}`)
    await admin.query(`DROP ROLE ${owner}, ${worker}`)
    await admin.end()
    await database.close()
  })
  const urlOf = (role: string): string => {
    const url = new URL(database.url)
    url.username = role
    url.password = 'choose one'
    return url.href
  }
  /** Runs a script that ends at its first failure. */
  const run = async (script: string): Promise<string> => {
    const env = { PATH: `${folder}:${process.env.PATH}`, HOME: folder, SLUICE_STORE: urlOf(worker!) }
    const [error, said] = await new Promise<[Error | null, string]>((resolve) => {
      execFile('bash', ['-ec', script], { cwd: folder, env }, (failure, out, err) => resolve([failure, out + err]))
    })
    expect(error, said).toBeNull()
    return said
  }

  await admin.query(roles(block('sql', 'CREATE ROLE')).replace('choose another', 'choose one'))
  await run(block('sh', 'sluice_owner').replace('postgres://sluice_owner@db.example/runs', urlOf(owner!)))

  const tried = block('sh', 'sluice doctor')
    .replace(/^export .*$/m, '')
    .replace('http://127.0.0.1:4000', api.url)
    .replace('[1-5000]', '[1-100]')
    .replace(/worker --dash/, 'worker --dash &')
  expect(await run(`${tried}\nkill %1\nwait || true`)).toContain('live pages: http://127.0.0.1:')
  expect(readFileSync(join(folder, 'products.parquet')).subarray(0, 4).toString()).toBe('PAR1')
  expect(readFileSync(join(folder, 'products.html'), 'utf8')).toContain('<html')
  expect(api.stats().requests).toBe(100)

  const urls = [...Array.from({ length: 30 }, (_, index) => `${api.url}/products/${index + 1}`), `${api.url}/missing/1`]
  writeFileSync(join(folder, 'urls.txt'), urls.join('\n'))
  const said = await run(block('sh', 'runs prune'))
  expect(said).toContain('nightly: --rate 50/s, --concurrency 40 from now on')
  expect(said).toMatch(/worker \d+ has left: 30 succeeded, 1 failed/)
  expect(readFileSync(join(folder, 'nightly.csv'), 'utf8').trimEnd().split('\n')).toHaveLength(32)
  expect(said).toContain('nightly is removed, with its')

  for (const { text } of blocksOf(page, 'sql').slice(1)) await admin.query(text)
  await admin.query(block('sql', 'VACUUM', 'docs/going-further.md'))
})
