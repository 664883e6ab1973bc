import { basename, dirname, join } from 'node:path'
import { SettingsError } from 'sluice'
import { readBenchmark } from '../figures/read-benchmark.ts'
import { type Reported, renderReport, storedReport } from '../figures/report.ts'
import type { ReportFlags } from '../flags/store-flags.ts'
import type { Io } from '../io.ts'
import { withStore } from '../jobs/store-place.ts'
import { ClosedPipeError } from '../outputs/output-errors.ts'
import { checkTextFile, type ReportFormat, reportFormatOf, writeTextFile } from '../outputs/text-file.ts'
import { cleanText } from '../terminal/text.ts'
import { knownRun } from './resume.ts'

/** Writes a report about a stored run, or about a benchmark from its JSON. Returns the exit code. */
export async function reportCommand(about: string, flags: ReportFlags, io: Io): Promise<number> {
  const format = formatOf(flags)
  const isFile = /\.json$/i.test(about)
  if (isFile && flags.store !== undefined) {
    throw new SettingsError(`--store: ${about} is a file of a benchmark, and no run in a store`)
  }
  const target = flags.output ?? targetOf(about, isFile, format)
  await checkTextFile(target)
  const reported: Reported = isFile
    ? { kind: 'benchmark', report: await readBenchmark(about) }
    : {
        kind: 'run',
        report: await withStore(flags.store, async (store) => storedReport(store, await knownRun(store, about))),
      }
  try {
    await writeTextFile(target, await renderReport(reported, format), io)
  } catch (error) {
    if (error instanceof ClosedPipeError) return 0
    throw error
  }
  if (target !== '-') io.stderr.write(`the report about ${cleanText(about)} is in ${target}\n`)
  return 0
}

function formatOf({ format, output }: ReportFlags): ReportFormat | 'json' {
  if (format !== undefined) return format as ReportFormat | 'json'
  if (output === undefined || output === '-') return 'html'
  return /\.json$/i.test(output) ? 'json' : reportFormatOf('-o', output)
}

/** Beside the file; for a run in this folder, under a name that is one. */
function targetOf(about: string, isFile: boolean, format: string): string {
  // What it is made from is not written over.
  const ending = format === 'json' ? 'report.json' : format
  if (isFile) return join(dirname(about), `${basename(about).replace(/\.json$/i, '')}.${ending}`)
  return `${about.replaceAll(/[^\w.-]+/g, '-').replace(/^\.+/, '')}.${ending}`
}
