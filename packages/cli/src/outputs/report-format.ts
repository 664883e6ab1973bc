import { SettingsError } from 'sluice'

export type ReportFormat = 'html' | 'md'

/** What a report is written as, by the name's ending. @throws SettingsError that names the flag, for any other. */
export function reportFormatOf(flag: string, path: string): ReportFormat {
  if (/\.html?$/i.test(path)) return 'html'
  if (/\.(md|markdown)$/i.test(path)) return 'md'
  throw new SettingsError(`${flag}: expected a name that ends in .html or .md, got ${JSON.stringify(path)}`)
}
