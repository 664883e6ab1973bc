import { spawnSync } from 'node:child_process'
import { existsSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bundledCommand } from '../../../test/bundled.ts'
import { sluice, temporaryFolder } from './run-sluice.ts'

const main = await bundledCommand()

const deepest = `${'['.repeat(1_000)}${']'.repeat(1_000)}`
const server = createServer((request, response) => {
  response.setHeader('content-type', 'application/json')
  response.end(request.url === '/deep' ? deepest : '{"a":1}')
})
let url: string

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => server.close())

describe('fetch', () => {
  it('ends with 2 and a reason when a settings file never ends', async () => {
    const cwd = temporaryFolder()
    writeFileSync(join(cwd, 'sluice.config.ts'), 'await new Promise(() => {})\n')

    const { code, stderr } = await sluice(['fetch', `${url}/1`], { cwd, fresh: true })

    expect(code).toBe(2)
    expect(stderr).toMatch(/^using .*sluice\.config\.ts\nerror: the command did not start/)
  })

  it.runIf(existsSync('/dev/full'))('says in one line that the disk is full under --summary', async () => {
    const { code, stderr } = await sluice(['fetch', `${url}/1`, '-q', '-o', 'x.jsonl', '--summary', '/dev/full'])

    expect(code).toBe(1)
    expect(stderr).toMatch(/^error: .*the disk is full/m)
    expect(stderr).not.toMatch(/internal error|\n\s+at /)
  })

  it.each([
    ['a folder as its standard input', '"$0" "$1" fetch -i - < .', 'stdin: this is a folder; give a file'],
    [
      'a current folder that is gone',
      'mkdir gone; cd gone; rmdir ../gone; "$0" "$1" fetch a.test/1',
      'the current folder',
    ],
  ])('ends with 2 and a reason in %s', (_, script, reason) => {
    const { status, stderr } = spawnSync('sh', ['-c', script, process.execPath, main], {
      cwd: temporaryFolder(),
      env: { ...process.env, NODE_OPTIONS: '--conditions=@sluice/source' },
      encoding: 'utf8',
    })

    expect([status, stderr]).toEqual([2, expect.stringMatching(new RegExp(`^error: ${reason}.*\n$`))])
  })

  it('reports the problem with a name that has room for no ending, and with a link to nowhere', async () => {
    const cwd = temporaryFolder()
    symlinkSync('missing/x.jsonl', join(cwd, 'link.jsonl'))
    const long = await sluice(['fetch', `${url}/1`, '-o', `${'x'.repeat(249)}.jsonl`], { cwd })
    const link = await sluice(['fetch', `${url}/1`, '-o', 'link.jsonl'], { cwd })

    expect([long.code, long.stderr]).toEqual([2, expect.stringMatching(/^error: x+\.jsonl: the name is too long\n$/)])
    expect([link.code, link.stderr]).toEqual([2, expect.stringContaining('a link to a folder that does not exist')])
  })

  it('writes a response of 1,000 levels as a selected column of Parquet', async () => {
    const args = ['fetch', `${url}/1`, `${url}/deep`, '--select', 'id,data', '-o', 'all.parquet', '-q']

    expect(await sluice(args)).toMatchObject({ code: 0 })
  })

  it.runIf(existsSync('/dev/zero'))('refuses a device as the value of a header', async () => {
    const { code, stderr } = await sluice(['fetch', `${url}/1`, '-H', 'X-A: file:/dev/zero'])

    expect([code, stderr]).toEqual([
      2,
      expect.stringContaining('/dev/zero: cannot be read: it is a device or a pipe with more than 64 MiB'),
    ])
  })
})
