import { SettingsError } from 'sluice'
import type { Io } from '../io.ts'
import { checkReplaceable, openFileSink, placeOf } from './file-sink.ts'
import { openError } from './output-errors.ts'
import { streamSink } from './stream-sink.ts'

/** Writes a file that appears whole or not at all; `-` is stdout. @throws OutputError or SettingsError if it cannot be. */
export async function writeTextFile(target: string, text: string, io: Io): Promise<void> {
  const sink = target === '-' ? streamSink(io.stdout) : await openFileSink(target)
  await sink.write(text)
  await sink.close()
}

/** Finds out before the work whether a file can be written after it. @throws SettingsError that says what to do. */
export async function checkTextFile(target: string): Promise<void> {
  if (target === '-') return
  try {
    const { path, special } = await placeOf(target)
    if (!special) await checkReplaceable(path)
  } catch (error) {
    throw openError(target, error)
  }
}

export type ReportFormat = 'html' | 'md'

/** Format of a report, by the file's ending. @throws SettingsError that names the flag, for any other */
export function reportFormatOf(flag: string, path: string, others = ''): ReportFormat {
  if (/\.html?$/i.test(path)) return 'html'
  if (/\.(md|markdown)$/i.test(path)) return 'md'
  throw new SettingsError(`${flag}: expected a name that ends in .html${others} or .md, got ${JSON.stringify(path)}`)
}
