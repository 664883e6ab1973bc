import type { OptionSpec } from './option.ts'

/** Where runs are kept. */
export const storeOption: OptionSpec = {
  flags: '--store [place]',
  group: 'Store',
  description:
    'keep the run in a store, sqlite:PATH, NAME.db or postgres://user@host/database, so that it can be resumed, retried and exported',
  default: '.sluice/runs.db',
}
