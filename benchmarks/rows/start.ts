import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join, resolve } from 'node:path'
import type { Bench } from '../bench.ts'
import { decimals, ranged } from '../format.ts'
import { pinned } from '../pinning.ts'
import { atMost, type Row } from '../row.ts'
import { spreadOf } from '../statistics.ts'

const sluice = join(resolve(import.meta.dirname, '../..'), 'packages/cli/bin/sluice.js')
const milliseconds = (value: number): string => `${decimals(0)(value)} ms`

export const start: Row = {
  name: 'start',
  title: 'Start of the command',
  about:
    'Milliseconds from starting the process to its end, or until the server has the first request; four times as many ' +
    'rounds. The target of the first request is 1.5 times `node -e 0`, and 50 ms.',
  async measure(bench) {
    const bare: number[] = []
    const version: number[] = []
    const first: number[] = []
    const whole: number[] = []
    await bareStart(bench)
    for (let round = 0; round < bench.settings.rounds * 4; round++) {
      bench.settings.tell(`start ${round + 1}`)
      bare.push(await bareStart(bench))
      version.push(await timeOf(bench, [sluice, '--version']))
      const turn = bench.nextTurn()
      const begunAt = performance.timeOrigin + performance.now()
      whole.push(await timeOf(bench, [sluice, 'fetch', bench.settings.server.url(turn, 0), '--quiet']))
      const { count, firstAt } = await bench.settings.server.asked(turn)
      if (count !== 1) throw new Error(`sluice fetch has sent ${count} requests for one`)
      first.push(firstAt! - begunAt)
    }
    const allowed = 1.5 * spreadOf(bare).median + 50
    const line = (name: string, times: readonly number[]): string[] => [name, ranged(spreadOf(times), decimals(0))]
    return {
      head: ['', 'milliseconds'],
      lines: [
        line('`node -e 0`', bare),
        line('`sluice --version`', version),
        line('`sluice fetch URL`, to its request', first),
        line('`sluice fetch URL`, to its end', whole),
      ],
      verdicts: [
        atMost('`sluice --version`', spreadOf(version), allowed, milliseconds),
        atMost('`sluice fetch URL`, to its request', spreadOf(first), allowed, milliseconds),
      ],
      comparison: { measured: [], leftOut: [] },
    }
  },
}

function bareStart(bench: Bench): Promise<number> {
  return timeOf(bench, ['-e', '0'])
}

async function timeOf({ settings }: Bench, args: readonly string[]): Promise<number> {
  const begunAt = performance.now()
  const [command, ...others] = pinned([process.execPath, ...args], settings.pinning?.client)
  const child = spawn(command, others, { stdio: 'ignore' })
  const [code] = await once(child, 'close')
  if (code !== 0) throw new Error(`${args.join(' ')} has ended with ${code}`)
  return performance.now() - begunAt
}
