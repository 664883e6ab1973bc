import { cpuHead, cpuLines, cpuRatio, of } from '../figures.ts'
import { peers } from '../peers/index.ts'
import { atMost, type Row } from '../row.ts'

export const stored: Row = {
  name: 'stored',
  title: 'CPU per request with every result in SQLite',
  about: 'As above, with `startRun` and `sqliteStore`; the CPU includes its thread, and opening and closing the file.',
  async measure(bench) {
    const compared = [peers.undiciRequest, peers.sluiceStream, peers.sluiceStored]
    const entries = compared.map((peer) => ({ peer, calls: bench.scaled(20_000), concurrency: 32 }))
    const comparison = await bench.compare(entries)
    const bare = of(comparison, peers.undiciRequest)!
    const kept = of(comparison, peers.sluiceStored)!
    return {
      head: cpuHead('times bare'),
      lines: cpuLines(comparison, bare),
      verdicts: [atMost('with the store, times undici `request`', cpuRatio(kept, bare), 1.45)],
      comparison,
    }
  },
}
