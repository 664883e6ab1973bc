import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { freePorts } from './support/free-ports.ts'
import { isMissing, python, pythonHas } from './support/programs.ts'
import { ServerProcess } from './support/server-process.ts'
import { type TempFolder, tempFolder } from './support/temp-folder.ts'
import { testClient } from './support/test-client.ts'

const isLeftOut = isMissing("Python's http.server", pythonHas('http.server'), 'python3')

describe.skipIf(isLeftOut)("Python's http.server, which speaks HTTP/1.0", () => {
  let temp: TempFolder
  let server: ServerProcess | undefined
  let origin: string

  beforeAll(async () => {
    temp = tempFolder('python')
    const root = join(temp.path, 'root')
    mkdirSync(join(root, 'items'), { recursive: true })
    for (let index = 0; index < 300; index++) writeFileSync(join(root, 'items', `${index}.json`), `{"index":${index}}`)
    writeFileSync(join(root, 'empty.txt'), '')
    const [port] = (await freePorts(1)) as [number]
    const args = ['-m', 'http.server', String(port), '--bind', '127.0.0.1', '--directory', root]
    server = await ServerProcess.start(python, args, { folder: temp.path, ports: [port] })
    origin = `http://127.0.0.1:${port}`
  })

  afterAll(async () => {
    await server?.stop()
    temp?.remove()
  })

  /** Its log: method, path and status of each request, in the order it came. */
  const seen = (prefix: string): string[] =>
    Array.from(
      server!.output.matchAll(/"(\w+) (\S+) HTTP\/[\d.]+" (\d+)/g),
      ([, method, path, status]) => `${method} ${path} ${status}`,
    ).filter((line) => line.includes(` ${prefix}`))

  it('closes each connection after its response, and every one of 300 files comes once', async () => {
    await using client = testClient({ baseUrl: origin, concurrency: 20 })
    const urls = Array.from({ length: 300 }, (_, index) => `/items/${index}.json`)
    const indexes: number[] = []
    for await (const result of client.stream<{ index: number }>(urls)) {
      expect(result).toMatchObject({ ok: true, status: 200, value: { index: result.index }, attempts: [{ number: 1 }] })
      indexes.push(result.index)
    }
    expect(indexes.toSorted((a, b) => a - b)).toEqual(urls.map((_, index) => index))
    await expect.poll(() => seen('/items/').toSorted()).toEqual(urls.map((url) => `GET ${url} 200`).toSorted())
  })

  it('says 404 and 501 once each', async () => {
    await using client = testClient({ baseUrl: origin })
    expect(await client.try('/nothing')).toMatchObject({ ok: false, status: 404, error: { summary: '404 Not Found' } })
    expect(await client.try({ url: '/unsupported', body: 'x' })).toMatchObject({
      ok: false,
      status: 501,
      error: { code: 'SLUICE_SERVER_ERROR', summary: '501 Not Implemented' },
    })
    await expect.poll(() => seen('/nothing')).toEqual(['GET /nothing 404'])
    await expect.poll(() => seen('/unsupported')).toEqual(['POST /unsupported 501'])
  })

  it('lists a folder, gives an empty file, and tells whether something has changed', async () => {
    await using client = testClient({ baseUrl: origin })
    expect((await client.get('/items/')).value).toContain('<a href="299.json">')
    expect((await client.get('/items')).value).toContain('<a href="299.json">')
    const empty = await client.get('/empty.txt')
    expect([empty.headers['content-length'], empty.value]).toEqual(['0', undefined])
    const head = await client.send({ url: '/items/7.json', method: 'HEAD' })
    expect([head.headers['content-length'], head.value]).toEqual(['11', undefined])
    const again = await client.get('/items/7.json', { headers: { 'if-modified-since': head.headers['last-modified'] } })
    expect([again.status, again.value]).toEqual([304, undefined])
  })
})
