import type { Bench, Comparison, Entry } from '../bench.ts'
import { peakMemory, seconds } from '../figures.ts'
import { decimals, megabytes, ranged, thousands } from '../format.ts'
import { type Peer, peers } from '../peers/index.ts'
import { atMost, type Row, type Verdict } from '../row.ts'
import { spreadOf } from '../statistics.ts'

const flat = 20e6
const most = 200e6

export const memory: Row = {
  name: 'memory',
  title: 'Memory of long runs',
  about:
    'Maximum resident memory of the process, with 32 in flight and a server that answers at once. It includes garbage that V8 ' +
    'has not collected yet, so compare with bare undici. `--long` adds ten million inputs.',
  async measure(bench) {
    const sizes = [100_000, 1_000_000, ...(bench.settings.isLong ? [10_000_000] : [])]
    const comparison = await bench.compare(
      [
        ...sizes.map((size) => entryOf(bench, peers.sluiceStream, size)),
        ...sizes.map((size) => entryOf(bench, peers.sluiceStored, size)),
        ...[100_000, 1_000_000].map((size) => entryOf(bench, peers.undiciRequest, size)),
        entryOf(bench, peers.fetchPLimit, 300_000),
      ],
      // It takes minutes, and varies little.
      Math.min(2, bench.settings.rounds),
    )
    const lines = comparison.measured.map((measured) => [
      measured.label,
      thousands(measured.entry.calls),
      ranged(spreadOf(peakMemory(measured)), megabytes),
      ranged(spreadOf(seconds(measured)), decimals(1)),
    ])
    return {
      head: ['', 'inputs', 'most memory', 'seconds'],
      lines,
      verdicts: [peers.sluiceStream, peers.sluiceStored].flatMap((peer) => verdictsOf(comparison, peer)),
      comparison,
    }
  },
}

function entryOf(bench: Bench, peer: Peer, size: number): Entry {
  return { peer, calls: bench.scaled(size), concurrency: 32 }
}

/** The shortest run against the longest. */
function verdictsOf(comparison: Comparison, peer: Peer): Verdict[] {
  const peaks = comparison.measured.filter(({ entry }) => entry.peer === peer).map(peakMemory)
  const first = peaks[0]!
  const last = peaks.at(-1)!
  const growth = spreadOf(last.map((peak, round) => peak - first[round]!))
  return [
    atMost(`${peer.name}: the longest run over the shortest`, growth, flat, megabytes),
    atMost(`${peer.name}: the longest run`, spreadOf(last), most, megabytes),
  ]
}
