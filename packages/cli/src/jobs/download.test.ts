import { createHash, randomBytes } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createClient, type Success } from 'sluice'
import { afterEach, describe, expect, it } from 'vitest'
import { openBodyFiles, type PartFile } from '../outputs/body-files.ts'
import { download } from './download.ts'

const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

const body = randomBytes(300_000)

interface Server {
  readonly url: string
  readonly seen: IncomingHttpHeaders[]
}

/** A server that breaks off after so many bytes as long as `cuts` says. */
async function serve(
  cuts: number,
  answer: (
    headers: IncomingHttpHeaders,
    count: number,
  ) => { status: number; headers: Record<string, string>; from: number },
): Promise<Server> {
  const seen: IncomingHttpHeaders[] = []
  const server = createServer((request, response: ServerResponse) => {
    seen.push(request.headers)
    const { status, headers, from } = answer(request.headers, seen.length)
    response.writeHead(status, { 'content-length': String(body.length - from), ...headers })
    if (seen.length > cuts) response.end(body.subarray(from))
    else response.write(body.subarray(from, from + 100_000), () => setTimeout(() => response.destroy(), 30))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  cleanups.push(() => {
    server.closeAllConnections()
    server.close()
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/film`, seen }
}

async function fetched(
  url: string,
  options: { readonly maxBody?: number } = {},
): Promise<{ file: string | undefined; code?: string | undefined; digest?: string; files: string[] }> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-download-'))
  cleanups.push(() => rm(folder, { recursive: true }))
  const client = createClient({ proxy: 'none', breaker: false })
  cleanups.push(() => client.close())
  const files = await openBodyFiles(folder, '{index}')
  const [result] = await client.all<string>([{ url, readAs: 'stream' }], {
    each: async (first: Success, { signal }) => {
      const write = { client, maxAttempts: 4, maxBody: options.maxBody, signal }
      return await files
        .claim({ index: 0, id: 'x', url })
        .store((part: PartFile) => download(first, part, write), undefined)
    },
  })
  const left = await readdir(folder)
  if (!result!.ok) return { file: undefined, code: result!.error.code, files: left }
  const digest = createHash('sha256')
    .update(await readFile(result!.value))
    .digest('hex')
  return { file: result!.value, digest, files: left }
}

const whole = createHash('sha256').update(body).digest('hex')
const ok = (headers: Record<string, string> = {}) => ({ status: 200, headers, from: 0 })

describe('a body that is written into its file as it arrives', () => {
  it('is continued where it broke off, if the server says by its ETag that it is the same', async () => {
    const server = await serve(2, ({ range }) => {
      const from = Number(/^bytes=(\d+)-$/.exec(range ?? '')?.[1] ?? 0)
      const part = { 'content-range': `bytes ${from}-${body.length - 1}/${body.length}` }
      return from === 0 ? ok({ etag: '"1"' }) : { status: 206, headers: { etag: '"1"', ...part }, from }
    })
    expect(await fetched(server.url)).toMatchObject({ digest: whole })
    expect(server.seen.map((headers) => [headers.range, headers['if-range']])).toEqual([
      [undefined, undefined],
      ['bytes=100000-', '"1"'],
      ['bytes=200000-', '"1"'],
    ])
  })

  it.each<[string, Record<string, string>]>([
    ['has changed', { etag: '"new each time"' }],
    ['has no validator', {}],
    ['has a weak one', { etag: 'W/"1"' }],
    ['allows no parts', { 'accept-ranges': 'none', etag: '"1"' }],
  ])('begins anew if it %s', async (_, headers) => {
    const server = await serve(1, () => ok(headers))
    expect(await fetched(server.url)).toMatchObject({ digest: whole })
    expect(server.seen).toHaveLength(2)
    expect(server.seen[1]!.range).toBe(_ === 'has changed' ? 'bytes=100000-' : undefined)
  })

  it('fails after the last attempt, and leaves no file', async () => {
    const server = await serve(99, () => ok())
    expect(await fetched(server.url)).toMatchObject({ file: undefined, code: 'SLUICE_BODY_TRUNCATED', files: [] })
    expect(server.seen).toHaveLength(4)
  })

  it('fails where the server sends another part than was requested', async () => {
    const server = await serve(1, (_headers, count) =>
      count === 1 ? ok({ etag: '"1"' }) : { status: 206, headers: { 'content-range': 'bytes 7-9/300000' }, from: 7 },
    )
    expect(await fetched(server.url)).toMatchObject({ file: undefined, files: [] })
  })

  it('may be no larger than --max-body where that is given', async () => {
    const server = await serve(0, () => ok())
    expect(await fetched(server.url, { maxBody: 299_999 })).toMatchObject({ code: 'SLUICE_BODY_TOO_LARGE', files: [] })
    expect(await fetched(server.url, { maxBody: 300_000 })).toMatchObject({ digest: whole })
  })
})
