import { SettingsError } from 'sluice'
import { checkRunReport } from '../figures/report.ts'
import type { FetchFlags } from '../flags/fetch-flags.ts'
import type { ExportFlags } from '../flags/store-flags.ts'
import type { InputPlan } from '../inputs/read-inputs.ts'
import { checkBodyFiles } from '../outputs/body-files.ts'
import { compileSelect } from '../outputs/compile-select.ts'
import { checkAppend } from '../outputs/open-writer.ts'
import { outputTarget } from '../outputs/output-target.ts'
import { checkTextFile } from '../outputs/text-file.ts'
import { fileTemplate } from './run-places.ts'

/**
 * Checks that all outputs of a run can be written, without writing anything: before anything is sent, and in a dry
 * run.
 *
 * @throws SettingsError that names the file or the flag, and says what to do
 */
export async function checkOutputs(flags: FetchFlags, { files = [] }: Pick<InputPlan, 'files'> = {}): Promise<void> {
  if (flags.keepColumns === true && files.length === 0) {
    throw new SettingsError('--keep-columns has no effect without -i: URLs as arguments have no columns')
  }
  await checkResultFlags(flags)
  const { log, har, summary, report, outDir, output } = flags
  for (const path of [har, summary, log]) if (path !== undefined) await checkTextFile(path)
  if (report !== undefined) await checkRunReport(report)
  if (outDir !== undefined) await checkBodyFiles(outDir, fileTemplate(flags))
  if (flags.skipExisting === true && output !== undefined) {
    const target = await outputTarget(output, flags.outputFormat)
    if (target.path !== '-') checkAppend(target, '--skip-existing')
  }
}

type ResultFlags = Pick<ExportFlags, 'output' | 'outputFormat' | 'append' | 'csvSafe' | 'select'>

/** Checks `-o` and the flags about the results in it. */
export async function checkResultFlags(flags: ResultFlags): Promise<void> {
  const { output, outputFormat, append, csvSafe, select } = flags
  if (select !== undefined) compileSelect(select)
  const target = await outputTarget(output ?? '-', outputFormat)
  if (append === true) checkAppend(target, '--append')
  if (csvSafe === true && target.format !== 'csv')
    throw new SettingsError('--csv-safe has no effect: the output is not CSV')
  await checkTextFile(target.path)
}
