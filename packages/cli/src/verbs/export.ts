import { SettingsError } from 'sluice'
import type { ExportFlags } from '../flags/store-flags.ts'
import type { Io } from '../io.ts'
import { exportRun } from '../jobs/export-run.ts'
import { storeFile, withStore } from '../jobs/store-place.ts'
import { checkDistinct } from '../outputs/distinct-places.ts'
import { ClosedPipeError } from '../outputs/output-errors.ts'
import { countText } from '../terminal/text.ts'
import { knownRun } from './resume.ts'

/** Writes the results of a run to a file, or to stdout. Returns the exit code. */
export async function exportCommand(name: string, flags: ExportFlags, io: Io): Promise<number> {
  if (flags.ok === true && flags.failed === true) throw new SettingsError('--ok and --failed: give one of them')
  checkDistinct(
    [
      { flag: '-o', path: flags.output },
      { flag: '--store', path: storeFile(flags.store) },
    ],
    [],
  )
  try {
    return await withStore(flags.store, async (store) => {
      const run = await knownRun(store, name)
      const target = flags.output ?? '-'
      const filter = flags.ok === true ? { ok: true } : flags.failed === true ? { ok: false } : {}
      const count = await exportRun(store, run, target, { flags, io, filter })
      if (target !== '-') io.stderr.write(`${countText(count)} results of ${run.name} are in ${target}\n`)
      return 0
    })
  } catch (error) {
    if (error instanceof ClosedPipeError) return 0
    throw error
  }
}
