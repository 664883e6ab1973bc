import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { postgresStore } from 'sluice/stores/postgres'
import { ended } from './processes.ts'

export interface LargeAnswersReport {
  readonly items: number
  readonly results: number
  readonly requests: number
  /** Number of workers that died and were replaced. */
  readonly deaths: number
  readonly milliseconds: number
}

/** Maximum number of deaths before the run is given up. */
const maxDeaths = 20

/** Runs 50 concurrent requests for large JSON bodies in a worker with little memory, which is replaced when it dies. */
export async function largeAnswers(
  url: string,
  command: readonly string[],
  { items = 60, bytes = 4 * 1024 * 1024, heap = 160 } = {},
): Promise<LargeAnswersReport> {
  const row = JSON.stringify({ name: 'x'.repeat(50), numbers: [1, 2, 3, 4, 5] })
  const body = Buffer.from(`[${Array.from({ length: Math.ceil(bytes / (row.length + 1)) }, () => row).join(',')}]`)
  let requests = 0
  const server = createServer((_, response) => {
    requests++
    setTimeout(() => response.writeHead(200, { 'content-type': 'application/json' }).end(body), 100)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { readonly port: number }
  const [program, ...rest] = command
  const run = async (args: readonly string[], options = ''): Promise<number | null> => {
    const env = { ...process.env, NODE_OPTIONS: options, SLUICE_STORE: url, XDG_CONFIG_HOME: '/nonexistent' }
    const child = spawn(program!, [...rest, ...args], { cwd: tmpdir(), env, stdio: 'ignore' })
    await ended(child)
    return child.exitCode
  }
  const startedAt = performance.now()
  await run(['fetch', `http://127.0.0.1:${port}/[1-${items}]`, '--detach', '--name', 'large', '-c', '50'])
  let deaths = 0
  while (deaths < maxDeaths && (await run(['worker', '--until-done'], `--max-old-space-size=${heap}`)) !== 0) deaths++
  const milliseconds = performance.now() - startedAt
  server.closeAllConnections()
  server.close()
  const store = await postgresStore({ url })
  try {
    const { succeeded = 0, failed = 0 } = (await store.find('large')) ?? {}
    return { items, results: succeeded + failed, requests, deaths, milliseconds }
  } finally {
    await store.close()
  }
}
