import { of, seconds } from '../figures.ts'
import { peers } from '../peers/index.ts'
import { atMost, type Row } from '../row.ts'
import { spreadOf } from '../statistics.ts'
import { exactly, idealSeconds, paceHead, paceLines } from './pace.ts'

export const many: Row = {
  name: 'many',
  title: '10,000 calls of 200 ms, 500 at once',
  about: 'The whole call, including creating and closing the client. The ideal is 4.0 s.',
  async measure(bench) {
    const work = { calls: bench.scaled(10_000), concurrency: 500, delay: 200 }
    const compared = [peers.sluiceAll, peers.undiciRequest, peers.gotPQueue, peers.aiohttp, peers.httpx]
    // The slowest takes half a minute: three rounds say it as well as five.
    const rounds = Math.min(3, bench.settings.rounds)
    const comparison = await bench.compare(
      compared.map((peer) => ({ ...work, peer })),
      rounds,
    )
    const ideal = idealSeconds(work.calls, work.concurrency, work.delay)
    const shares = seconds(of(comparison, peers.sluiceAll)!).map((elapsed) => elapsed / ideal)
    return {
      head: paceHead,
      lines: paceLines(comparison),
      verdicts: [atMost('`fetchAll`, times the ideal', spreadOf(shares), 1.04, exactly)],
      comparison,
    }
  },
}
