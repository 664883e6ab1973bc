import { type ChildProcess, spawn } from 'node:child_process'
import { setTimeout as pause } from 'node:timers/promises'
import { serveSimulator } from '@sluice/simulator'
import { isFinished } from 'sluice/internal'
import { shareRun } from 'sluice/runs'
import { postgresStore } from 'sluice/stores/postgres'
import { startPostgres } from '../postgres/start-postgres.ts'
import { address, makeHosts, openDoor } from './hosts.ts'

// Runs in a separate network namespace, with the command to start as its arguments. Two hosts work on a run; in the
// middle of it one is disconnected, and reconnected after the other has finished the run. Prints the outcome as JSON.

const items = 600
const [first, second] = makeHosts(2)
const postgres = await startPostgres()
const api = await serveSimulator({ scenario: { latency: '100ms' } })
const databaseDoor = await openDoor(Number(new URL(postgres.url).port))
const apiDoor = await openDoor(api.port)
const databaseThere = new URL(postgres.url)
databaseThere.hostname = address
databaseThere.port = String(databaseDoor.port)
const children: ChildProcess[] = []

function startWorker(enter: readonly string[]): ChildProcess {
  const command = [...enter, ...process.argv.slice(2), 'worker', '--store', databaseThere.href, '-c', '10', '-q']
  const child = spawn(command[0]!, command.slice(1), { stdio: ['ignore', 'inherit', 'inherit'] })
  children.push(child)
  return child
}

const store = await postgresStore({ url: postgres.url })
try {
  const urls = Array.from({ length: items }, (_, index) => `http://${address}:${apiDoor.port}/echo?item=${index}`)
  const settings = { command: 'fetch', urls: [], flags: { concurrency: '20' }, withheld: [] }
  await shareRun({ store, name: 'k', source: urls, settings, chunkSize: 40 })
  startWorker(first!.enter)
  startWorker(second!.enter)
  await until(() => api.stats().requests > items / 4)
  const both = await store.workers()

  first!.setLine('down')
  const cutAt = performance.now()
  const cut = both.find(({ chunks }) => chunks.size > 0)!.id
  await until(async () => (await store.workers()).some(({ isAlive }) => !isAlive))
  const missedAfter = performance.now() - cutAt
  const runs = async () => (await store.find('k'))!
  // The run only finishes if the other host takes over everything.
  await until(async () => isFinished(await runs()))
  const finishedAfter = performance.now() - cutAt
  const before = await store.results((await runs()).id, { limit: items })
  first!.setLine('up')
  await until(async () => (await store.workers()).every(({ isAlive }) => isAlive))
  await pause(1_000)
  const after = await store.results((await runs()).id, { limit: items })

  process.stdout.write(
    JSON.stringify({
      workers: both.length,
      cut,
      missedAfter,
      finishedAfter,
      results: after.length,
      succeeded: after.filter(({ ok }) => ok).length,
      isUnchanged: JSON.stringify(before) === JSON.stringify(after),
      requests: api.stats().requests,
      largestAtOnce: api.stats().largestAtOnce,
    }),
  )
} finally {
  for (const child of children) child.kill('SIGKILL')
  for (const host of [first!, second!]) host.close()
  await store.close()
  databaseDoor.server.close()
  apiDoor.server.close()
  await api.close()
  await postgres.stop()
  process.exit()
}

async function until(is: () => boolean | Promise<boolean>): Promise<void> {
  for (let look = 0; look < 600; look++) {
    if (await is()) return
    await pause(50)
  }
  throw new Error('it has not come to pass')
}
