import { cpuHead, cpuLines, cpuRatio, of } from '../figures.ts'
import { peers } from '../peers/index.ts'
import { atMost, type Row } from '../row.ts'

export const dash: Row = {
  name: 'dash',
  title: 'CPU per request of a run with its live page',
  about:
    'The command with `--dash` and without, its start included: nobody looks at the page, or a reader of its stream does, ' +
    'whose CPU is not counted.',
  async measure(bench) {
    const compared = [peers.sluiceCommand, peers.sluiceDash, peers.sluiceDashOpen]
    const entries = compared.map((peer) => ({ peer, calls: bench.scaled(60_000), concurrency: 32, warmUp: 0 }))
    const comparison = await bench.compare(entries)
    const base = of(comparison, peers.sluiceCommand)
    const withPage = [peers.sluiceDash, peers.sluiceDashOpen].flatMap((peer) => of(comparison, peer) ?? [])
    return {
      head: cpuHead('times without a page'),
      lines: base === undefined ? [] : cpuLines(comparison, base),
      verdicts: withPage.flatMap((one) =>
        base === undefined ? [] : [atMost(`${one.label}, times without`, cpuRatio(one, base), 1.03)],
      ),
      comparison,
    }
  },
}
