import { existsSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sluice, temporaryFolder } from './run-sluice.ts'

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

  it('writes an answer of 1,000 levels as a selected column of Parquet', async () => {
    const args = ['fetch', `${url}/1`, `${url}/deep`, '--select', 'id,data', '-o', 'all.parquet', '-q']

    expect(await sluice(args)).toMatchObject({ code: 0 })
  })

  it.runIf(existsSync('/dev/zero'))('refuses a device as the value of a header', async () => {
    const { code, stderr } = await sluice(['fetch', `${url}/1`, '-H', 'X-A: file:/dev/zero'])

    expect([code, stderr]).toEqual([2, expect.stringContaining('/dev/zero: cannot be read: it is a device')])
  })
})
