import { cpuHead, cpuLines, cpuRatio, of } from '../figures.ts'
import { peers } from '../peers/index.ts'
import { atMost, type Row } from '../row.ts'

export const long: Row = {
  name: 'long',
  title: 'CPU per request in a long run',
  about:
    'The same with ten times as many calls. Half of the CPU of 20,000 calls is V8 compiling the code, in threads that are ' +
    'counted too. One of the loops of undici sends the user-agent, accept and accept-encoding that Sluice sends.',
  async measure(bench) {
    const compared = [
      peers.undiciRequest,
      peers.undiciHeaders,
      peers.sluiceStream,
      peers.sluiceAll,
      peers.sluiceStored,
      peers.undiciDispatch,
    ]
    const entries = compared.map((peer) => ({ peer, calls: bench.scaled(200_000), concurrency: 32 }))
    const comparison = await bench.compare(entries)
    const bare = of(comparison, peers.undiciRequest)!
    return {
      head: cpuHead('times bare'),
      lines: cpuLines(comparison, bare),
      verdicts: [
        atMost('`client.stream`, times undici `request`', cpuRatio(of(comparison, peers.sluiceStream)!, bare), 1),
        atMost('with the store, times undici `request`', cpuRatio(of(comparison, peers.sluiceStored)!, bare), 1.45),
      ],
      comparison,
    }
  },
}
