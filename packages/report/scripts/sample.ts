import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { argv, stderr, stdout } from 'node:process'
import { benchmarkHtml, benchmarkMarkdown, runHtml, runMarkdown } from '../src/index.ts'
import { sampleBenchmark } from '../test/sample-benchmark.ts'
import { sampleRun } from '../test/sample-run.ts'

// Writes both pages and both summaries with made-up data into the folder that is given:
// node --conditions=@sluice/source packages/report/scripts/sample.ts FOLDER

const [, , folder] = argv
if (folder === undefined) {
  stderr.write('expected a folder: node --conditions=@sluice/source packages/report/scripts/sample.ts FOLDER\n')
  process.exitCode = 2
} else {
  mkdirSync(folder, { recursive: true })
  const files = {
    'benchmark.html': benchmarkHtml(sampleBenchmark(), { version: '0.1.0' }),
    'benchmark.md': benchmarkMarkdown(sampleBenchmark()),
    'run.html': runHtml(sampleRun(), { version: '0.1.0' }),
    'run.md': runMarkdown(sampleRun()),
  }
  for (const [name, text] of Object.entries(files)) {
    writeFileSync(join(folder, name), text)
    stdout.write(`${join(folder, name)}: ${Math.ceil(text.length / 1_000)} kB\n`)
  }
}
