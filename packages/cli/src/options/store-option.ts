import type { OptionSpec } from './option.ts'

/** Where runs are kept. */
export const storeOption: OptionSpec = {
  flags: '--store [place]',
  group: 'Store',
  description: 'keep the run in a store, sqlite:PATH or NAME.db, so that it can be resumed, retried and exported',
  default: '.sluice/runs.db',
}
