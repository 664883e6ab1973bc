import { SettingsError } from 'sluice'
import type { StoredRun } from 'sluice/stores'
import { checkNeeds } from '../flags/options.ts'
import { type ExportFlags, exportFlags } from '../flags/store-flags.ts'
import type { Io } from '../io.ts'
import { checkResultFlags } from '../jobs/check-outputs.ts'
import { exportRun } from '../jobs/export-run.ts'
import { storeFile, withStore } from '../jobs/store-place.ts'
import { checkDistinct } from '../outputs/distinct-places.ts'
import { ClosedPipeError } from '../outputs/output-errors.ts'
import { outputPath } from '../outputs/output-target.ts'
import type { StoredSettings } from '../plan/stored-settings.ts'
import { Terminal } from '../terminal/terminal.ts'
import { countText } from '../terminal/text.ts'
import { knownRun } from './resume.ts'

/** Writes the results of a run to a file, or to stdout. Returns the exit code. */
export async function exportCommand(name: string, flags: ExportFlags, io: Io): Promise<number> {
  if (flags.ok === true && flags.failed === true) throw new SettingsError('--ok and --failed: give one of them')
  checkDistinct(
    [
      { flag: '-o', path: flags.output === undefined ? undefined : outputPath(flags.output) },
      { flag: '--store', path: storeFile(flags.store) },
    ],
    [],
  )
  checkNeeds(exportFlags, flags)
  try {
    return await withStore(flags.store, async (store) => {
      const run = await knownRun(store, name)
      const fields = withFieldsOf(run, flags)
      await checkResultFlags(fields)
      const target = flags.output ?? '-'
      const path = outputPath(target)
      const filter = flags.ok === true ? { ok: true } : flags.failed === true ? { ok: false } : {}
      const terminal = Terminal.as({}, io)
      const onNote = (text: string): void => terminal.caution(text)
      const count = await exportRun(store, run, target, { flags: fields, io, filter, onNote })
      if (path !== '-') io.stderr.write(`${countText(count)} results of ${run.name} are in ${path}\n`)
      return 0
    })
  } catch (error) {
    if (error instanceof ClosedPipeError) return 0
    throw error
  }
}

/** Adds the run's own `--select` and `--keep-columns`, unless `--select` chooses others. */
function withFieldsOf(run: StoredRun, flags: ExportFlags): ExportFlags {
  if (flags.select !== undefined) return flags
  const { flags: kept = {} } = (run.settings ?? {}) as Partial<StoredSettings>
  const own = Object.entries(kept).filter(([name]) => name === 'select' || name === 'keepColumns')
  return { ...Object.fromEntries(own), ...flags }
}
