import type { Io } from '../io.ts'
import { openFileSink } from '../outputs/file-sink.ts'
import type { RunSummary } from './run-summary.ts'

/** Writes the summary as JSON: to a file, or with `-` to stderr. @throws OutputError or SettingsError if it cannot be. */
export async function writeSummary(target: string, summary: RunSummary, io: Io): Promise<void> {
  const text = `${JSON.stringify(summary, undefined, 2)}\n`
  if (target === '-') {
    io.stderr.write(text)
    return
  }
  const sink = await openFileSink(target)
  await sink.write(text)
  await sink.close()
}
