import type { OptionTable } from './flag.ts'
import { fetchResultOptions, storeOption } from './result-flags.ts'

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

/** The flags of `worker` as they are typed. */
export interface WorkerFlags {
  readonly store?: string | true
  readonly runs?: string
  readonly untilDone?: boolean
  readonly concurrency?: string
  readonly grace?: string
  readonly health?: string
  readonly progress?: string
  readonly quiet?: number
  readonly verbose?: number
  readonly log?: string
  readonly color?: string
  readonly envFile?: readonly string[]
}

const { progress, quiet, verbose, log, color, envFile } = fetchResultOptions

/** Every flag of `worker`. */
export const workerOptions: OptionTable<WorkerFlags> = {
  store: {
    ...storeOption,
    flags: '--store <place>',
    description: 'the database that the runs are in: postgres://user@host/database',
    default: 'needed',
  },
  runs: {
    flags: '--runs <list>',
    group: 'Store',
    description: 'only runs of these names, such as nightly,hourly',
    default: 'all',
    hasTwin: false,
  },
  untilDone: {
    flags: '--until-done',
    group: 'Store',
    description: 'end when nothing is left to do, in place of waiting for more runs',
  },
  concurrency: {
    flags: '-c, --concurrency <n>',
    group: 'Limits',
    description: 'attempts in flight of this worker; the limits of each run hold over all workers besides',
    default: '100',
    hasTwin: false,
  },
  grace: {
    flags: '--grace <time>',
    group: 'Patience',
    description: 'after SIGTERM or Ctrl-C, how long what is in flight may take; the rest is given back',
    default: '10s',
  },
  health: {
    flags: '--health <[host:]port>',
    group: 'Connection',
    description: 'answer GET /livez, /readyz and /metrics (Prometheus) at this port, of 127.0.0.1 if no host is given',
    default: 'off',
  },
  progress,
  quiet,
  verbose: { ...verbose, description: 'a line per chunk and attempt; twice with headers' },
  log,
  color,
  envFile: { ...envFile, description: 'load environment variables from a file, such as the secrets that runs name' },
}
