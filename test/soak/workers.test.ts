import { afterEach, beforeEach, expect, it } from 'vitest'
import { type PostgresServer, startPostgres } from '../postgres/index.ts'
import { bundledProgram } from './processes.ts'
import { workersSoak } from './workers-soak.ts'

let server: PostgresServer

beforeEach(async () => {
  server = await startPostgres()
})

afterEach(() => server.stop())

it('four workers finish a run although they are killed and stopped and the database restarts, each item once', async () => {
  const report = await workersSoak({
    items: 3_000,
    workers: 4,
    killEvery: 1_000,
    sleep: 8_000,
    latency: 'uniform:50ms-250ms',
    seed: 3,
    database: { url: server.url, restart: () => server.restart() },
    command: await bundledProgram(),
    longest: 100_000,
  })

  expect(report).toMatchObject({ isFinished: true, results: 3_000, missing: 0, foreign: 0, itemsWithTwoKeys: 0 })
  expect(report.succeeded).toBeGreaterThan(2_980)
  expect(report.kills).toBeGreaterThan(1)
  expect(report.repeatedItems).toBeLessThanOrEqual(report.couldBeInFlight)
  expect(report.largestAtOnce).toBeLessThanOrEqual(80)
}, 120_000)
