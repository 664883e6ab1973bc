import { describe, expect, it } from 'vitest'
import { exampleBenchmark } from '../../../test/example-benchmark.ts'
import { benchTable } from './bench-table.ts'

const plain = { colour: false, ascii: true }

describe('the table of a benchmark', () => {
  it('has a row for each way, the best marked with a sign and a word', () => {
    expect(benchTable(exampleBenchmark(), 110, plain)).toMatchInlineSnapshot(`
      "at once            time            range  req/s  speed-up  effic.     p50     p95     p99  429s  errors
        1, new conn.   10.3 s      10.2-10.5 s    5.0     1.0 x    93 %  201 ms  212 ms  231 ms     0       0
        1, reused      10.1 s  9.4 ms-1 m 01 s    5.2     1.0 x    93 %  201 ms  212 ms  231 ms     0       0
      * 10 sweet spot   1.0 s        1.0-1.1 s   48.0     9.6 x    93 %  201 ms  212 ms  231 ms     0       0
        20              1.0 s        1.0-1.1 s   48.0     9.6 x    93 %  3.4 ms  212 ms  231 ms    12   1,234
        auto: 17        1.0 s        1.0-1.1 s   48.0     9.6 x    93 %  201 ms  212 ms  231 ms     0       0
      "
    `)
  })

  it.each([100, 80, 70])('fits into %d columns, and keeps what matters most', (width) => {
    const lines = benchTable(exampleBenchmark(), width, plain).split('\n')
    expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(width)
    for (const title of ['at once', 'time', 'req/s', 'speed-up', 'p95', '429s', 'errors'])
      expect(lines[0]).toContain(title)
    expect(lines[3]).toMatch(/^\* 10 sweet spot /)
  })

  it('marks nothing where nothing is best', () => {
    const { sweetSpot: _, ...report } = exampleBenchmark()
    expect(benchTable(report, 100, plain)).not.toContain('*')
  })

  it('shows the best in colour besides, where there is colour', () => {
    const lines = benchTable(exampleBenchmark(), 100, { colour: true, ascii: true }).split('\n')
    expect(lines[3]).toContain('\u001b[1m')
    expect(lines[2]).not.toContain('\u001b')
  })
})
