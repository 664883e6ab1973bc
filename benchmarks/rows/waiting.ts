import { of, seconds } from '../figures.ts'
import { peers } from '../peers/index.ts'
import { atLeast, atMost, type Row } from '../row.ts'
import { ratioOf, spreadOf } from '../statistics.ts'
import { exactly, idealSeconds, paceHead, paceLines } from './pace.ts'

export const waiting: Row = {
  name: 'waiting',
  title: '500 calls of 200 ms, 20 at once',
  about:
    'The whole call, including creating and closing the client. The ideal is 5.0 s. Sequential calls are extrapolated ' +
    'from 25.',
  async measure(bench) {
    const calls = bench.scaled(500)
    const work = { calls, concurrency: 20, delay: 200, warmUp: 1_000 }
    const oneByOne = { peer: peers.undiciRequest, calls: Math.ceil(calls / 20), concurrency: 1, delay: 200 }
    const comparison = await bench.compare([
      { ...work, peer: peers.sluiceAll },
      { ...work, peer: peers.undiciDispatch },
      { ...work, peer: peers.gotPQueue },
      { ...work, peer: peers.aiohttp },
      { ...oneByOne, label: 'undici `request`, one after another' },
    ])
    const sluice = seconds(of(comparison, peers.sluiceAll)!)
    const sequential = seconds(of(comparison, peers.undiciRequest)!).map(
      (elapsed) => (elapsed * calls) / oneByOne.calls,
    )
    const ideal = idealSeconds(calls, work.concurrency, work.delay)
    return {
      head: paceHead,
      lines: paceLines(comparison),
      verdicts: [
        atMost('`fetchAll`, times the ideal', spreadOf(sluice.map((elapsed) => elapsed / ideal)), 1.01, exactly),
        atLeast('one after another, times `fetchAll`', ratioOf(sequential, sluice), 19.8),
      ],
      comparison,
    }
  },
}
