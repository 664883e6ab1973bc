import { once } from 'node:events'
import { rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, it, onTestFinished, vi } from 'vitest'
import { SmallDisk } from '../../../test/small-disk.ts'
import { finished, startSluice } from './run-sluice.ts'

/** Server that counts requests, and answers with 2,000 random bytes, which cannot be compressed. */
async function countingServer() {
  const seen: (string | undefined)[] = []
  const server = createServer((request, response) => {
    seen.push(request.url)
    response.end(crypto.getRandomValues(new Uint8Array(2_000)))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return { seen, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
}

/** A run of 1,000 items on a disk that is full after some of them. */
async function runOnFullDisk(disk: SmallDisk, more: readonly string[]) {
  const { seen, url } = await countingServer()
  const ballast = `${disk.path}/ballast`
  writeFileSync(ballast, new Uint8Array(15_000_000))
  const store = `sqlite:${disk.path}/run.db`
  const args = ['fetch', `${url}/[1-1000]`, '--store', store, '--name', 'k', '-c', '5', '--progress', 'none', ...more]
  const child = startSluice(args)
  const end = finished(child)
  let stderr = ''
  child.stderr.on('data', (text: string) => {
    stderr += text
  })
  await vi.waitFor(
    () => expect(stderr).toContain(`warning: waiting for the store: ${store}: the disk is full; free disk space`),
    30_000,
  )
  return { seen, child, end, stderr: () => stderr, free: () => rmSync(ballast), store }
}

it('a run waits for room on its disk, says so, continues, and sends no request twice', async ({ skip }) => {
  using disk = SmallDisk.tryMake(16) ?? skip('no disk can be mounted here')
  const { seen, end, free } = await runOnFullDisk(disk, [])
  free()
  const { code, stderr } = await end
  expect(stderr).toMatch(/^warning: the store accepts results again after \d/m)
  expect(code).toBe(0)
  expect(new Set(seen).size).toBe(1_000)
  expect(seen).toHaveLength(1_000)
})

it('a run on a full disk ends with 7 after --store-timeout, with what is missing, and resume sends only that again', async ({
  skip,
}) => {
  using disk = SmallDisk.tryMake(16) ?? skip('no disk can be mounted here')
  const { seen, end, free, store } = await runOnFullDisk(disk, ['--store-timeout', '1s'])
  const { code, stderr } = await end
  expect(code).toBe(7)
  const missing = /gave up after 1\.\d s \(--store-timeout\); (\d+) results are not stored: a resume/.exec(stderr)?.[1]
  expect(stderr).toContain(`to continue when the store is back: sluice resume k --store ${store}`)
  const sent = seen.length
  free()
  expect((await finished(startSluice(['resume', 'k', '--store', store]))).code).toBe(0)
  expect(new Set(seen).size).toBe(1_000)
  // Those in flight at the end were sent, and have no answer.
  expect(seen.length - 1_000).toBeGreaterThanOrEqual(Number(missing))
  expect(seen.length - 1_000).toBeLessThanOrEqual(Number(missing) + 5)
  expect(sent).toBeLessThan(1_000)
})

it('Ctrl-C ends a run whose store accepts nothing, at the second one at once', async ({ skip }) => {
  using disk = SmallDisk.tryMake(16) ?? skip('no disk can be mounted here')
  const { child, end, stderr: said } = await runOnFullDisk(disk, [])
  child.kill('SIGINT')
  await vi.waitFor(() => expect(said()).toContain('stopping: '), 30_000)
  const secondAt = performance.now()
  child.kill('SIGINT')
  const { code, stderr } = await end
  expect(performance.now() - secondAt).toBeLessThan(10_000)
  expect(code).toBe(130)
  expect(stderr).toMatch(/gave up after .* results are not stored: a resume/)
})
