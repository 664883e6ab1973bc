import { of, seconds } from '../figures.ts'
import { ranged, thousands } from '../format.ts'
import { peers } from '../peers/index.ts'
import { atLeast, type Row } from '../row.ts'
import { spreadOf } from '../statistics.ts'

export const store: Row = {
  name: 'store',
  title: 'Results kept in SQLite',
  about:
    'Results stored per second without calls, in groups of 500, one group at a time, as a run commits them. Not pinned: the ' +
    'store has its own thread, and there is no server.',
  async measure(bench) {
    const results = { concurrency: 500, isOffline: true, warmUp: 20_000 }
    const comparison = await bench.compare([
      { ...results, peer: peers.storeSettle, calls: bench.scaled(300_000) },
      { ...results, peer: peers.storeSettleBodies, calls: bench.scaled(100_000) },
    ])
    const rates = comparison.measured.map((measured) => ({
      measured,
      rate: spreadOf(seconds(measured).map((elapsed) => measured.entry.calls / elapsed)),
    }))
    const rateOf = (peer: (typeof peers)[keyof typeof peers]) =>
      rates.find(({ measured }) => measured === of(comparison, peer))!.rate
    return {
      head: ['', 'results', 'results/s'],
      lines: rates.map(({ measured, rate }) => [
        measured.label,
        thousands(measured.entry.calls),
        ranged(rate, thousands),
      ]),
      verdicts: [
        atLeast('results/s without bodies', rateOf(peers.storeSettle), 100_000, thousands),
        atLeast('results/s with 1 KB bodies', rateOf(peers.storeSettleBodies), 30_000, thousands),
      ],
      comparison,
    }
  },
}
