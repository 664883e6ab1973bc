import { afterEach, beforeEach, expect, it } from 'vitest'
import { isLongForm } from '../long-form.ts'
import { type PostgresServer, startPostgres } from '../postgres/index.ts'
import { bundledProgram } from './processes.ts'
import { type TroubledWorkers, workersSoak } from './workers-soak.ts'

const items = isLongForm ? 3_000 : 1_200
let server: PostgresServer

beforeEach(async () => {
  server = await startPostgres()
})

afterEach(() => server.stop())

/** The short form: each kind of trouble, kills twice. Then nothing is in the way of the run's end. */
async function fourTroubles(workers: TroubledWorkers): Promise<void> {
  await workers.untilRequestsFollow(100)
  workers.kill()
  await workers.untilRequestsFollow(100)
  // Longer than a silent worker keeps its chunks.
  const awake = workers.stop(6_000)
  await workers.untilRequestsFollow(100)
  await server.restart()
  await workers.untilRequestsFollow(100)
  workers.kill()
  await awake
}

it('four workers finish a run although they are killed and stopped and the database restarts, each item once', async () => {
  const report = await workersSoak({
    items,
    workers: 4,
    killEvery: 1_000,
    sleep: 8_000,
    ...(isLongForm ? {} : { trouble: fourTroubles }),
    // So slow that the run goes on when the worker that sleeps is back.
    latency: isLongForm ? 'uniform:50ms-250ms' : 'uniform:250ms-750ms',
    seed: 3,
    database: { url: server.url, restart: () => server.restart() },
    command: await bundledProgram(),
    longest: 100_000,
  })

  expect(report).toMatchObject({ isFinished: true, results: items, missing: 0, foreign: 0, itemsWithTwoKeys: 0 })
  expect(report.succeeded).toBeGreaterThan(items * 0.99)
  expect(report.kills).toBeGreaterThan(1)
  expect(report.repeatedItems).toBeLessThanOrEqual(report.couldBeInFlight)
  expect(report.largestAtOnce).toBeLessThanOrEqual(80)
}, 120_000)

it('a soak whose workers have all left ends at once, and says so', async () => {
  const [node, program] = await bundledProgram()
  const soak = workersSoak({
    items: 10,
    workers: 2,
    killEvery: 1_000,
    trouble: () => new Promise(() => undefined),
    latency: 0,
    seed: 1,
    database: { url: server.url },
    command: ['/bin/sh', '-c', 'test "$2" != worker || exit 3; exec "$0" "$@"', node!, program!],
    longest: 100_000,
  })
  await expect(soak).rejects.toThrow('all workers have left, the last with exit code 3')
}, 60_000)
