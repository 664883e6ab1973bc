import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { finished, sluice, startSluice, temporaryFolder } from './run-sluice.ts'

const size = 6 * 1024 * 1024
const large = Buffer.alloc(size, 'sluice stores what it reads; ')

interface FileServer {
  readonly url: string
  /** `Range` of each request for the large file. */
  readonly ranges: (string | undefined)[]
  /** Bytes of the large file that are sent before the server falls silent. */
  silentAfter: number
  etag: string
}

let server: Server

async function serveFiles(): Promise<FileServer> {
  const ranges: (string | undefined)[] = []
  server = createServer((request, response) => {
    if (request.url !== '/large') {
      response.setHeader('content-type', 'application/json')
      response.end(`{"path":"${request.url}"}`)
      return
    }
    const { range, 'if-range': condition } = request.headers
    ranges.push(range)
    const from = range === undefined || condition !== state.etag ? 0 : Number(/\d+/.exec(range)![0])
    response.writeHead(from > 0 ? 206 : 200, {
      etag: state.etag,
      'content-length': size - from,
      ...(from > 0 ? { 'content-range': `bytes ${from}-${size - 1}/${size}` } : undefined),
    })
    response.write(large.subarray(from, Math.max(from, state.silentAfter)))
    if (state.silentAfter >= size) response.end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const state: FileServer = { url, ranges, silentAfter: 4 * 1024 * 1024, etag: '"1"' }
  return state
}

afterEach(() => {
  server.closeAllConnections()
  server.close()
})

const store = ['--store', 'sqlite:run.db']

/** Starts a run of a small and of a large file, and kills it when most of the large one is there. */
async function startAndKill({ url }: FileServer, cwd: string): Promise<void> {
  const args = ['fetch', `${url}/small`, `${url}/large`, '--out-dir', 'files', '--name', 'd', '--file-name', '{index}']
  const child = startSluice([...args, ...store, '-q'], { cwd })
  const end = finished(child)
  child.stdin.end()
  while (!hasMost(cwd)) await new Promise((resolve) => setTimeout(resolve, 20))
  child.kill('SIGKILL')
  await end
}

/** True if the part of the large file has its note, and half of what the server sends. */
function hasMost(cwd: string): boolean {
  try {
    const files = readdirSync(join(cwd, 'files'))
    const part = files.find((name) => name.endsWith('.part') && files.includes(`${name}.json`))
    return part !== undefined && statSync(join(cwd, 'files', part)).size >= 2 * 1024 * 1024
  } catch {
    return false
  }
}

function digest(content: Buffer): string {
  return createHash('sha256').update(content).digest('hex')
}

describe('a stored run that writes bodies into files', () => {
  it('continues a large body after kill -9, and its rows name the files', async () => {
    const api = await serveFiles()
    const cwd = temporaryFolder()
    await startAndKill(api, cwd)
    api.silentAfter = size

    const resumed = await sluice(['resume', 'd', ...store, '-q'], { cwd })
    expect(resumed.code).toBe(0)
    expect(api.ranges).toHaveLength(2)
    expect(Number(/^bytes=(\d+)-$/.exec(api.ranges[1]!)![1])).toBeGreaterThanOrEqual(1024 * 1024 - 1)
    expect(readdirSync(join(cwd, 'files')).sort()).toEqual(['0', '1'])
    expect(digest(readFileSync(join(cwd, 'files', '1')))).toBe(digest(large))
    expect(readFileSync(join(cwd, 'files', '0'), 'utf8')).toBe('{"path":"/small"}')

    const { records } = await sluice(['export', 'd', ...store, '-o', '-', '--no-body'], { cwd })
    expect(records.map(({ ok, file, data }) => [ok, file, data])).toEqual([
      [true, join(cwd, 'files', '0'), undefined],
      [true, join(cwd, 'files', '1'), undefined],
    ])
  })

  it('begins anew with a body that has changed since', async () => {
    const api = await serveFiles()
    const cwd = temporaryFolder()
    await startAndKill(api, cwd)
    api.silentAfter = size
    api.etag = '"2"'
    large.fill('another body ')

    const resumed = await sluice(['resume', 'd', ...store, '-q'], { cwd })
    expect([resumed.code, api.ranges.length]).toEqual([0, 2])
    expect(readdirSync(join(cwd, 'files')).sort()).toEqual(['0', '1'])
    expect(digest(readFileSync(join(cwd, 'files', '1')))).toBe(digest(large))
  })

  it('gives no item the name of a file that an earlier session has written', async () => {
    const api = await serveFiles()
    const cwd = temporaryFolder()
    const urls = [`${api.url}/a/x`, `${api.url}/large`, `${api.url}/b/x?last`]
    const list = `${urls.map((url, index) => JSON.stringify({ url, id: index === 1 ? 'l' : 'x' })).join('\n')}\n`
    const args = [
      'fetch',
      '-i',
      '-',
      '--input-format',
      'jsonl',
      '--out-dir',
      'files',
      '--name',
      'd',
      '--file-name',
      '{id}',
      '-c',
      '1',
      ...store,
    ]
    const stopped = await sluice([...args, '--max-time', '2s', '--grace', '0s', '-q'], { cwd, stdin: list })
    expect(stopped.code).not.toBe(0)
    api.silentAfter = size
    const resumed = await sluice(['resume', 'd', ...store, '-q'], { cwd })
    expect([resumed.code, resumed.stderr]).toEqual([0, ''])
    expect(readdirSync(join(cwd, 'files')).sort()).toEqual(['l', 'x', 'x-2'])
    expect(readFileSync(join(cwd, 'files', 'x'), 'utf8')).toBe('{"path":"/a/x"}')
  })
})
