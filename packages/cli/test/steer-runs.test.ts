import { PassThrough } from 'node:stream'
import { text } from 'node:stream/consumers'
import { serveSimulator } from '@sluice/simulator'
import { expect, it, onTestFinished } from 'vitest'
import type { Io } from '../src/io.ts'
import { orderRun, pruneRuns, setRun } from '../src/verbs/steer-run.ts'
import { finished, startSluice, temporaryFolder } from './run-sluice.ts'

/** Runs a verb in this process. Returns what it writes on stderr. */
async function said(verb: (io: Io) => Promise<number>): Promise<string> {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()]
  const written = text(stderr)
  await verb({ stdout, stderr, stdin: new PassThrough(), env: {} } as unknown as Io)
  stdout.end()
  stderr.end()
  return await written
}

it('a run in a file is paused, limited and stopped from another process, says what it does, and is pruned when it is done', async () => {
  const server = await serveSimulator({ scenario: { latency: 1 } })
  onTestFinished(() => server.close())
  const cwd = temporaryFolder()
  const store = `sqlite:${cwd}/run.db`
  const flags = { store }
  const args = ['fetch', `${server.url}/products/[1-1000]`, '--store', store, '--name', 'k', '--rate', '20/s']
  const child = startSluice([...args, '--progress', 'none'], { cwd })
  const end = finished(child)
  let stderr = ''
  child.stderr.on('data', (chunk: string) => {
    stderr += chunk
  })
  const until = async (is: () => boolean): Promise<void> => {
    while (!is()) await new Promise((resolve) => setTimeout(resolve, 20))
  }
  await until(() => server.stats().requests > 5)

  expect(await said((io) => orderRun('pause', 'k', flags, io))).toBe(
    `k: paused; to continue: sluice runs continue k --store ${store}\n`,
  )
  await until(() => stderr.includes('k: paused by sluice runs pause'))
  // What was in flight.
  await new Promise((resolve) => setTimeout(resolve, 300))
  const paused = server.stats().requests
  await new Promise((resolve) => setTimeout(resolve, 500))
  expect(server.stats().requests).toBe(paused)

  await said((io) => setRun('k', { ...flags, rate: ['200/s'], concurrency: '40' }, io))
  expect(await said((io) => orderRun('continue', 'k', flags, io))).toBe('k: continues\n')
  await until(() => server.stats().requests > paused + 20)
  expect(stderr).toContain('k: --rate 200/s, --concurrency 40 by sluice runs set')
  await said((io) => orderRun('stop', 'k', flags, io))
  const { code } = await end
  expect(code).toBe(7)
  expect(stderr).toMatch(
    /k: stopped by sluice runs stop\n[\s\S]*stopped: sluice runs stop\n[\s\S]*sluice resume k --store/,
  )

  expect(await said((io) => pruneRuns({ ...flags, olderThan: '0s' }, io))).toBe(
    '0 finished runs with 0 results are removed\n',
  )
  await expect(setRun('k', flags, {} as Io)).rejects.toThrow('runs set: give at least one of')
  await expect(setRun('k', { ...flags, rate: ['fast'] }, {} as Io)).rejects.toThrow('--rate: expected a rate')
  await expect(setRun('k', { ...flags, priority: '5' }, {} as Io)).rejects.toThrow('only runs shared by workers')
})
