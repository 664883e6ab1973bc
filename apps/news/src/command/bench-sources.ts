import type { Writable } from 'node:stream'
import { formatDuration } from 'sluice'
import { type BenchFigures, bench } from '../refresh/bench.ts'
import type { Reader } from './reader.ts'
import { cleanText } from './story-text.ts'

/** Longer than this no source is waited for, in each of the two ways. */
const deadline = 60_000

/** Asks the same sources one request after another and at the same time, and prints what each took. */
export async function benchSources({ sources, store, titles }: Reader, stdout: Writable): Promise<number> {
  const { rows, total, speedup } = await bench(sources, store, { deadline })
  const names = rows.map(({ source }) => cleanText(titles.get(source) ?? source))
  const width = Math.max(5, ...names.map((name) => name.length))
  const line = (name: string, sequential: BenchFigures, concurrent: BenchFigures): string => {
    const cells = [sequential.ms, concurrent.ms].map((ms) => formatDuration(ms).padStart(18))
    return `${name.padEnd(width)}${cells.join('')}${String(concurrent.requests).padStart(10)}${String(concurrent.articles).padStart(10)}\n`
  }
  const heads = ['one after another', 'at the same time'].map((head) => head.padStart(18)).join('')
  stdout.write(`${''.padEnd(width)}${heads}${'requests'.padStart(10)}${'articles'.padStart(10)}\n`)
  for (const [index, { sequential, concurrent }] of rows.entries())
    stdout.write(line(names[index]!, sequential, concurrent))
  stdout.write(line('all', total.sequential, total.concurrent))
  stdout.write(`\nat the same time: ${speedup.toFixed(1)} times as fast\n`)
  return total.concurrent.articles > 0 ? 0 : 3
}
