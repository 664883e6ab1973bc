import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { argv, stderr, stdout } from 'node:process'
import { findProgram, isMissing, python, pythonHas } from '../real-servers/support/programs.ts'
import { fetchLoop, type SharesProgram, seeShares } from './gateway-shares.ts'

// `npm run soak:gateway`: programs of `examples/gateway` in three languages with 100 concurrent requests each share one
// gateway with a person who sends a request each second. The API allows 50/s in fixed windows. `-- 60` runs it for a
// minute.

const seconds = Number(argv[2] ?? 30)
const folder = join(import.meta.dirname, '../../examples/gateway')
const built = mkdtempSync(join(tmpdir(), 'soak-gateway-'))

/** A program that is started with more requests than it can send, and killed at the end. */
function program(name: string, userAgent: string, command: string, args: readonly string[]): SharesProgram {
  return {
    name,
    userAgent,
    async run(url, signal) {
      const env = {
        PATH: process.env.PATH,
        HOME: process.env.HOME,
        API: url,
        COUNT: '100000',
        AT_ONCE: '100',
        NO_PROXY: '*',
      }
      const child = spawn(command, args, { env, cwd: folder, stdio: 'ignore' })
      signal.addEventListener('abort', () => child.kill('SIGKILL'), { once: true })
      await new Promise((resolve) => child.on('close', resolve))
    },
  }
}

function programs(): SharesProgram[] {
  const found: SharesProgram[] = [fetchLoop('node fetch', 100)]
  if (!isMissing('Python with httpx', pythonHas('httpx'), 'python3-httpx'))
    found.push(program('Python httpx', 'python-httpx', python, ['httpx_gather.py']))
  if (!isMissing('Python with aiohttp', pythonHas('aiohttp'), 'python3-aiohttp'))
    found.push(program('Python aiohttp', 'Python/', python, ['aiohttp_session.py']))
  const go = findProgram('go')
  if (!isMissing('Go', go !== undefined, 'golang-go')) {
    const binary = join(built, 'goroutines')
    const { status } = spawnSync(go!, ['build', '-o', binary, join(folder, 'goroutines.go')], { stdio: 'inherit' })
    if (status === 0) found.push(program('Go net/http', 'Go-http-client', binary, []))
  }
  return found.slice(-3)
}

try {
  const running = programs()
  if (running.length < 3) stderr.write(`only ${running.length} programs can run here\n`)
  const seen = await seeShares({ perSecond: 50, seconds, atOnce: 100, programs: running })
  const total = Object.values(seen.programs).reduce((sum, counts) => sum + (counts['200'] ?? 0), 0)
  let isGood = seen.refused === 0 && seen.used >= 0.97 && seen.person.longestWait < 1_000
  for (const [name, counts] of Object.entries(seen.programs)) {
    const share = (counts['200'] ?? 0) / total
    isGood &&= Math.abs(share * running.length - 1) <= 0.1 && Object.keys(counts).join() === '200'
    stdout.write(`${name.padEnd(16)} ${(100 * share).toFixed(1)} %  ${JSON.stringify(counts)}\n`)
  }
  const { longestWait, statuses } = seen.person
  stdout.write(`a person         ${statuses.length} requests, longest wait ${Math.round(longestWait)} ms\n`)
  stdout.write(`the API          ${(100 * seen.used).toFixed(1)} % of 50/s used, ${seen.refused} refused\n`)
  process.exitCode = isGood ? 0 : 1
} finally {
  rmSync(built, { recursive: true, force: true })
}
