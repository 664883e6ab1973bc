import { execFile, spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { execPath, stderr } from 'node:process'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { bundled } from '../bundled.ts'
import { bundledProgram } from '../soak/processes.ts'

const tryOut = ['--net', 'ip', 'link', 'add', 'name', 'line', 'type', 'veth', 'peer', 'name', 'end']
const canMakeHosts = spawnSync('unshare', tryOut).status === 0
if (!canMakeHosts) {
  stderr.write('left out: two hosts need root and the right to make network namespaces, and "apt install iproute2"\n')
}

it.skipIf(!canMakeHosts)('two hosts share a run; one that is cut off is replaced, and overwrites nothing', async () => {
  const main = await bundled(join(import.meta.dirname, 'main.ts'))
  const command = ['--net', execPath, main, ...(await bundledProgram())]
  const { stdout } = await promisify(execFile)('unshare', command, { timeout: 55_000 })
  const report = JSON.parse(stdout)

  expect(report).toMatchObject({ workers: 2, results: 600, succeeded: 600, isUnchanged: true })
  // It was heard of for the last time up to a second before the line was cut, and is missed after five; the rest is for a busy machine.
  expect(report.missedAfter).toBeLessThan(12_000)
  // What it had in flight is all that may have been sent twice, and what it had answered but not kept.
  expect(report.requests).toBeLessThanOrEqual(600 + 20)
})
