import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { type RunningSimulator, serveSimulator } from '@sluice/simulator'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { isLongForm } from '../../../test/long-form.ts'
import { startSluice } from './run-sluice.ts'

let server: RunningSimulator

beforeAll(async () => {
  server = await serveSimulator({ scenario: { latency: 0 } })
})
afterAll(() => server.close())

const count = isLongForm ? 200_000 : 40_000

describe('many URLs from a pipe', () => {
  it.skipIf(process.platform !== 'linux')(
    'leave memory flat: it does not grow after the first quarter',
    async () => {
      // With a young generation of fixed size: otherwise V8 lets it grow for the first seconds, whatever is kept.
      const env = { NODE_OPTIONS: '--max-semi-space-size=8' }
      const child = startSluice(['fetch', '-c', '50', '--progress', 'none', '--select', 'status'], { env })
      const memory: number[] = []
      let lines = 0
      child.stdout.on('data', (chunk: Buffer) => {
        const before = Math.floor((lines * 4) / count)
        lines += chunk.toString().split('\n').length - 1
        if (Math.floor((lines * 4) / count) > before) memory.push(residentMegabytes(child.pid!))
      })
      const writing = (async () => {
        for (let index = 0; index < count; index++) {
          if (!child.stdin.write(`${server.url}/products/${(index % 5_000) + 1}\n`)) await once(child.stdin, 'drain')
        }
        child.stdin.end()
      })()
      // A child that is killed with the test closes its pipe.
      writing.catch(() => {})

      const [code] = await once(child, 'close')
      await writing

      expect(code).toBe(0)
      expect(lines).toBe(count)
      expect(server.stats().requests).toBe(count)
      // At a quarter, half and three quarters; at the end the process may be gone already.
      expect(memory[2]! - memory[0]!).toBeLessThan(isLongForm ? 40 : 25)
    },
    120_000,
  )
})

/** Linux tells it in /proc. */
function residentMegabytes(pid: number): number {
  const kilobytes = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
  return Number(kilobytes) / 1_024
}
