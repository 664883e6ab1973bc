import type { RunReport } from '@sluice/report'
import type { Io } from '../io.ts'
import { reportFormatOf } from '../outputs/report-format.ts'
import { checkTextFile, writeTextFile } from '../outputs/text-file.ts'
import { renderReport } from '../report/render-report.ts'

/** Finds out before the run whether `--report` can be done after it. @throws SettingsError that says what to do. */
export async function checkRunReport(path: string): Promise<void> {
  reportFormatOf('--report', path)
  await checkTextFile(path)
}

/** Writes what `--report` asks for. @throws OutputError or SettingsError if it cannot be. */
export async function writeRunReport(path: string, report: RunReport, io: Io): Promise<void> {
  await writeTextFile(path, await renderReport({ kind: 'run', report }, reportFormatOf('--report', path)), io)
}
