import type { OptionTable } from './option.ts'
import { storeOption } from './store-option.ts'

/** The flags of `report` as they are typed. */
export interface ReportFlags {
  readonly store?: string | true
  readonly output?: string
  readonly format?: string
}

/** Every flag of `report`. */
export const reportOptions: OptionTable<ReportFlags> = {
  store: {
    ...storeOption,
    description: 'where the run is kept: sqlite:PATH, NAME.db or postgres://user@host/database',
  },
  output: {
    flags: '-o, --output <file>',
    group: 'Output',
    description: '.html, .md or .json; `-` is stdout',
    default: 'NAME.html',
    hasTwin: false,
  },
  format: {
    flags: '--format <format>',
    group: 'Output',
    description: 'a page that needs nothing else, Markdown, or the figures',
    default: "by the file's ending",
    choices: ['html', 'md', 'json'],
    hasTwin: false,
  },
}
