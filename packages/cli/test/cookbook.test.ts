import { execFile, spawnSync } from 'node:child_process'
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { bundledCommand } from '../../../test/bundled.ts'

// The recipes of docs/cookbook.md, run as they stand there, against an API that has what they ask for.

const page = readFileSync(join(import.meta.dirname, '../../../docs/cookbook.md'), 'utf8')
const folder = mkdtempSync(join(tmpdir(), 'sluice-cookbook-'))
const seen: {
  readonly method: string
  readonly path: string
  readonly body: string
  readonly key: string | undefined
}[] = []

async function answer(request: IncomingMessage): Promise<readonly [status: number, body: unknown]> {
  let body = ''
  for await (const chunk of request) body += chunk
  const { method = '', url = '', headers } = request
  const known = seen.filter((one) => one.body === body && one.path === url).length
  seen.push({ method, path: url, body, key: headers['idempotency-key'] as string | undefined })
  const { pathname, searchParams } = new URL(url, 'http://x')
  const id = Number(/(\d+)(?:\.bin)?$/.exec(pathname)?.[1])
  if (pathname === '/orders') {
    const from = (Number(searchParams.get('page')) - 1) * 10
    const items = Array.from({ length: Math.max(0, Math.min(10, 25 - from)) }, (_, at) => ({
      id: from + at + 1,
      title: `Order ${from + at + 1}`,
    }))
    return [200, { items, total: 25 }]
  }
  if (pathname.startsWith('/orders/')) return [200, { id, lines: id * 2 }]
  if (pathname === '/customers')
    return known === 0 && /Bob/.test(body) ? [422, { error: 'not yet' }] : [201, { created: true }]
  if (pathname.startsWith('/files/')) return [200, Buffer.alloc(1_000, id % 256)]
  if (pathname === '/token') return [200, { access_token: 'made-up-token', token_type: 'Bearer', expires_in: 3600 }]
  if (pathname.startsWith('/me/'))
    return headers.authorization === 'Bearer made-up-token' ? [200, { me: id }] : [401, {}]
  if (pathname === '/v1/chat/completions') {
    if (headers.authorization !== 'Bearer made-up-key') return [401, {}]
    const { messages } = JSON.parse(body) as { messages: { content: string }[] }
    return [200, { choices: [{ message: { content: `answer to ${messages[0]!.content}` } }] }]
  }
  return [200, { id, price: id * 1.5, stock: id }]
}

const server = createServer((request, response) => {
  answer(request).then(([status, body]) => {
    const isBytes = Buffer.isBuffer(body)
    response.writeHead(status, { 'content-type': isBytes ? 'application/octet-stream' : 'application/json' })
    response.end(isBytes ? body : JSON.stringify(body))
  })
})

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const command = join(folder, 'sluice')
  writeFileSync(command, `#!/bin/sh\nexec '${process.execPath}' -- '${await bundledCommand()}' "$@"\n`)
  chmodSync(command, 0o755)
})

afterAll(() => {
  server.closeAllConnections()
  server.close()
  rmSync(folder, { recursive: true, force: true })
})

const recipes = page
  .split(/^## /m)
  .slice(1)
  .map((text) => ({
    title: text.slice(0, text.indexOf('\n')),
    blocks: [...text.matchAll(/^```(\S+)(?: (\S+))?\n(.*?)^```$/gms)].map(([, kind, file, code]) => ({
      kind,
      file,
      code: code!,
    })),
  }))

const hasPython = spawnSync('python3', ['--version']).status === 0

/** Checks of what each recipe leaves behind. */
const checks: Record<string, (lines: (file: string) => string[]) => void> = {
  'Enrich a CSV': (lines) => {
    const [head, ...rows] = lines('enriched.csv')
    expect([head, ...rows.sort()]).toEqual([
      'sku,name,price,stock',
      '7,Lamp,10.5,7',
      '8,"Kettle, folding",12,8',
      '9,Chair,13.5,9',
    ])
    if (hasPython) expect(lines('prices.txt')).toEqual(['Lamp 10.5', 'Kettle, folding 12.0', 'Chair 13.5'])
  },
  'A list, then the details of each item': (lines) => {
    const found = lines('orders.jsonl').map(
      (line) => (JSON.parse(line) as { data: { id: number; lines: number } }).data,
    )
    expect(found.map(({ id }) => id).sort((a, b) => a - b)).toEqual(Array.from({ length: 25 }, (_, at) => at + 1))
    expect(found.every(({ id, lines: count }) => count === 2 * id)).toBe(true)
  },
  'Post rows, and retry what failed': (lines) => {
    const posts = seen.filter(({ path }) => path === '/customers')
    expect(posts.map(({ body }) => body).sort()).toEqual([
      '{"name":"Ada","age":36}',
      '{"name":"Bob"}',
      '{"name":"Bob"}',
      '{"name":"Cleo","age":41}',
    ])
    expect(new Set(posts.map(({ key }) => key)).size).toBe(3)
    expect(lines('imported.csv')).toHaveLength(4)
  },
  'The best concurrency': (lines) => expect(lines('products.jsonl')).toHaveLength(50),
  'Every night, from cron': (lines) => {
    expect(lines('nightly.jsonl')).toHaveLength(30)
    expect(JSON.parse(lines('summary.json').join(''))).toMatchObject({ succeeded: 30, failed: 0 })
  },
  'Move everything from one system to another': (lines) => {
    const puts = seen.filter(({ method }) => method === 'PUT')
    expect(puts.find(({ path }) => path === '/orders/7')!.body).toBe('{"title":"Order 7"}')
    expect(new Set(puts.map(({ path }) => path)).size).toBe(25)
    expect(lines('migrated.csv')).toHaveLength(26)
  },
  'Download 500 files': () => {
    const files = readdirSync(join(folder, 'files'))
    expect(files).toHaveLength(500)
    expect(readFileSync(join(folder, 'files/6.bin'))).toEqual(Buffer.alloc(1_000, 7))
  },
  'An API with OAuth': (lines) => {
    expect(lines('me.jsonl')).toHaveLength(3)
    expect(seen.filter(({ path }) => path === '/token')).toHaveLength(1)
  },
  'Many prompts to a model': (lines) => {
    const [head, ...rows] = lines('answers.csv')
    expect([head, ...rows.sort()]).toEqual([
      'id,prompt,answer',
      'a,Name a fruit,answer to Name a fruit',
      'b,"Name a ""big"" city","answer to Name a ""big"" city"',
    ])
  },
}

it('has a check for each recipe', () => {
  expect(recipes.map(({ title }) => title)).toEqual(Object.keys(checks))
})

it.each(recipes)('$title', async ({ title, blocks }) => {
  const api = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  let script = ''
  for (const { kind, file, code } of blocks) {
    if (kind === 'sh') script += code
    else writeFileSync(join(folder, file!), code)
  }
  script = script.replaceAll(/https:\/\/(?:api|new)\.example/g, api)
  const env = {
    PATH: `${folder}:${process.env.PATH}`,
    HOME: folder,
    CLIENT_ID: 'me',
    CLIENT_SECRET: 'made-up',
    API_KEY: 'made-up-key',
    NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE,
  }
  const said = await new Promise<string>((resolve) => {
    execFile('bash', ['-c', script], { cwd: folder, env }, (_error, stdout, stderr) => resolve(stdout + stderr))
  })
  try {
    checks[title]!((file) => readFileSync(join(folder, file), 'utf8').trimEnd().split('\n'))
  } catch (error) {
    throw new Error(`${(error as Error).message}\n${said}`, { cause: error })
  }
})
