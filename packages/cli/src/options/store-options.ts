import { fetchResultOptions } from './fetch-result-options.ts'
import type { OptionTable } from './option.ts'
import { storeOption } from './store-option.ts'

/** Of `resume` and `retry`, besides those of `fetch`. */
export interface ResumeFlags {
  readonly force?: boolean
}

/** Every flag of `resume` that `fetch` has not. */
export const resumeOptions: OptionTable<ResumeFlags> = {
  force: {
    flags: '--force',
    group: 'Store',
    description: 'go on although the input is not the one that the run began with',
    hasTwin: false,
  },
}

/** Which failures `retry` does again. */
export interface RetryFlags {
  readonly status?: string
  readonly code?: string
  readonly olderThan?: string
}

/** Every flag of `retry` that `resume` has not. */
export const retryOptions: OptionTable<RetryFlags> = {
  status: {
    flags: '--status <list>',
    group: 'Store',
    description: 'only failures with these statuses, such as 503,5xx',
    default: 'all failures',
    hasTwin: false,
  },
  code: {
    flags: '--code <list>',
    group: 'Store',
    description: 'only failures without a status and with these codes, such as SLUICE_CONNECT',
    default: 'all failures',
    hasTwin: false,
  },
  olderThan: {
    flags: '--older-than <time>',
    group: 'Store',
    description: 'only failures that are older, such as 10min',
    hasTwin: false,
  },
}

/** The flags of `runs` and its verbs. */
export interface RunsFlags {
  readonly store?: string | true
  readonly json?: boolean
}

/** The flags of `runs show`. */
export interface ShowFlags extends RunsFlags {
  readonly watch?: string | true
}

/** Every flag of `runs` and its verbs. */
export const runsOptions: OptionTable<RunsFlags> = {
  store: {
    ...storeOption,
    description: 'where the runs are kept: sqlite:PATH, NAME.db or postgres://user@host/database',
  },
  json: { flags: '--json', group: 'Output', description: 'as JSON', hasTwin: false },
}

/** Every flag of `runs show`. */
export const showOptions: OptionTable<ShowFlags> = {
  ...runsOptions,
  watch: {
    flags: '--watch [interval]',
    group: 'Output',
    description: 'show it again and again until the run is finished; on a terminal in place',
    default: '1s on a terminal, else 10s',
    hasTwin: false,
  },
}

/** The flags of `export` as they are typed. */
export interface ExportFlags {
  readonly store?: string | true
  readonly output?: string
  readonly append?: boolean
  readonly select?: string
  readonly body: boolean
  readonly includeHeaders?: string
  readonly ok?: boolean
  readonly failed?: boolean
}

/** Every flag of `export`. */
export const exportOptions: OptionTable<ExportFlags> = {
  store: {
    ...storeOption,
    description: 'where the run is kept: sqlite:PATH, NAME.db or postgres://user@host/database',
  },
  output: {
    ...fetchResultOptions.output,
    description: '.jsonl, .csv, each also .gz, .parquet, .db; `-` is JSON lines on stdout',
    default: '-',
  },
  append: fetchResultOptions.append,
  select: fetchResultOptions.select,
  body: fetchResultOptions.body,
  includeHeaders: {
    ...fetchResultOptions.includeHeaders,
    description: 'response headers to write besides content-type, of those the run has kept; * for all',
  },
  ok: { flags: '--ok', group: 'Output', description: 'successes only', hasTwin: false },
  failed: { flags: '--failed', group: 'Output', description: 'failures only', hasTwin: false },
}
