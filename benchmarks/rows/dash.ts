import type { Measured } from '../bench.ts'
import { cpuHead, cpuLines, cpuRatio, of } from '../figures.ts'
import { peers } from '../peers/index.ts'
import { atMost, type Row } from '../row.ts'

export const dash: Row = {
  name: 'dash',
  title: 'CPU per request of a run with its live page',
  about:
    'The command without `--dash`, with it, and with a reader of the page, whose CPU is not counted. Figures are the ' +
    'difference between a long run and one of a tenth, so they exclude the start of the command.',
  async measure(bench) {
    const compared = [peers.sluiceCommand, peers.sluiceDash, peers.sluiceDashOpen]
    const entriesOf = (calls: number) => compared.map((peer) => ({ peer, calls, concurrency: 32, warmUp: 0 }))
    const long = await bench.compare(entriesOf(bench.scaled(100_000)))
    const short = await bench.compare(entriesOf(bench.scaled(10_000)))
    const comparison = { ...long, measured: long.measured.map((one) => less(one, of(short, one.entry.peer)!)) }
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

/** Figures of the calls by which one measurement is longer than another. */
function less(one: Measured, other: Measured): Measured {
  const samples = one.samples.map(({ cpu, elapsed, rss }, round) => {
    const short = other.samples[round]!
    return { cpu: cpu - short.cpu, elapsed: elapsed - short.elapsed, rss }
  })
  return { ...one, entry: { ...one.entry, calls: one.entry.calls - other.entry.calls }, samples }
}
