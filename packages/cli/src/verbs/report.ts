import { basename, dirname, join } from 'node:path'
import { SettingsError } from 'sluice'
import type { RunStore } from 'sluice/stores'
import { readBenchmark } from '../figures/read-benchmark.ts'
import { readRunFigures } from '../figures/read-run-figures.ts'
import { type Reported, renderReport, storedReport } from '../figures/report.ts'
import type { ReportFlags } from '../flags/store-flags.ts'
import type { Io } from '../io.ts'
import { withStore } from '../jobs/store-place.ts'
import { ClosedPipeError } from '../outputs/output-errors.ts'
import { checkTextFile, type ReportFormat, reportFormatOf, writeTextFile } from '../outputs/text-file.ts'
import { comparisonText } from '../terminal/comparison-text.ts'
import { cleanText } from '../terminal/text.ts'
import { knownRun } from './resume.ts'

/** Writes a report about a stored run, about two, or about a benchmark from its JSON. Returns the exit code. */
export async function reportCommand(about: string, flags: ReportFlags, io: Io): Promise<number> {
  const format = formatOf(flags)
  const needsStore = !isFile(about) || (flags.compare !== undefined && !isFile(flags.compare))
  if (!needsStore && flags.store !== undefined) {
    throw new SettingsError(`--store: ${about} is a file, not a run in a store`)
  }
  const target = flags.output ?? targetOf(about, flags.compare, format)
  await checkTextFile(target)
  const reported = needsStore
    ? await withStore(flags.store, (store) => reportedOf(about, flags.compare, store))
    : await reportedOf(about, flags.compare)
  try {
    await writeTextFile(target, await renderReport(reported, format), io)
  } catch (error) {
    if (error instanceof ClosedPipeError) return 0
    throw error
  }
  if (target === '-') return 0
  if (reported.kind === 'comparison') {
    const { comparisonColumns, comparisonGroups, comparisonVerdict } = await import('@sluice/report')
    const { report } = reported
    io.stderr.write(
      `${comparisonText(comparisonVerdict(report), comparisonColumns(report), comparisonGroups(report))}\n`,
    )
  }
  io.stderr.write(`the report about ${cleanText(about)} is in ${target}\n`)
  return 0
}

function isFile(name: string): boolean {
  return /\.json$/i.test(name)
}

async function reportedOf(about: string, compare: string | undefined, store?: RunStore): Promise<Reported> {
  const runOf = async (name: string) =>
    isFile(name) ? await readRunFigures(name) : await storedReport(store!, await knownRun(store!, name))
  if (compare !== undefined) {
    const { compareRuns } = await import('@sluice/report')
    return { kind: 'comparison', report: compareRuns(await runOf(about), await runOf(compare)) }
  }
  if (isFile(about)) return { kind: 'benchmark', report: await readBenchmark(about) }
  return { kind: 'run', report: await storedReport(store!, await knownRun(store!, about)) }
}

function formatOf({ format, output }: ReportFlags): ReportFormat | 'json' {
  if (format !== undefined) return format as ReportFormat | 'json'
  if (output === undefined || output === '-') return 'html'
  return isFile(output) ? 'json' : reportFormatOf('-o', output, ', .json')
}

/** Path beside the file; for a run, its safe name in this folder. */
function targetOf(about: string, compare: string | undefined, format: string): string {
  // The input must not be overwritten.
  const ending = format === 'json' ? 'report.json' : format
  const plain = (name: string): string => basename(name).replace(/\.json$/i, '')
  const than = compare === undefined ? '' : `-compared-with-${safeName(isFile(compare) ? plain(compare) : compare)}`
  if (isFile(about)) return join(dirname(about), `${plain(about)}${than}.${ending}`)
  return `${safeName(about)}${than}.${ending}`
}

function safeName(name: string): string {
  return name.replaceAll(/[^\w.-]+/g, '-').replace(/^\.+/, '')
}
