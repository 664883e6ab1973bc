import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { openRunDatabase } from '../../test/postgres/index.ts'

/** Starts the server of the example. Returns its address. */
async function start(env: Readonly<Record<string, string>>): Promise<{ child: ChildProcess; url: string }> {
  const program = join(import.meta.dirname, 'server.ts')
  const child = spawn(
    process.execPath,
    ['--conditions=@sluice/source', '--disable-warning=ExperimentalWarning', program],
    {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  )
  onTestFinished(() => void child.kill('SIGKILL'))
  const [line] = (await once(child.stdout!, 'data')) as [Buffer]
  return { child, url: `http://127.0.0.1:${/listening (\d+)/.exec(String(line))![1]}` }
}

it('two processes of a web server keep one rate together, and end gracefully', { timeout: 120_000 }, async () => {
  const arrivals: number[] = []
  const api = createServer((_, response) => {
    arrivals.push(performance.now())
    response.setHeader('content-type', 'application/json').end('{}')
  })
  await once(api.listen(0, '127.0.0.1'), 'listening')
  onTestFinished(() => {
    api.closeAllConnections()
    api.close()
  })
  const database = await openRunDatabase()
  onTestFinished(() => database.close())
  const env = { DATABASE_URL: database.url, API: `http://127.0.0.1:${(api.address() as AddressInfo).port}`, PORT: '0' }
  const servers = await Promise.all([start(env), start(env)])

  const asked = Array.from({ length: 160 }, (_, index) => fetch(`${servers[index % 2]!.url}/products/${index}`))
  const statuses = (await Promise.all(asked)).map(({ status }) => status)
  expect(statuses.filter((status) => status === 200).length).toBeGreaterThan(80)
  // Alone, each would send 20 a second. Three seconds are for a machine that is busy with something else.
  expect(arrivals.at(-1)! - arrivals[0]!).toBeGreaterThan((arrivals.length - 1) * 50 - 3_000)
  for (const { child } of servers) child.kill('SIGTERM')
  const codes = await Promise.all(servers.map(({ child }) => once(child, 'exit')))
  expect(codes.map(([code]) => code)).toEqual([0, 0])
})
