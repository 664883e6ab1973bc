import { type FlagsOf, flagTable } from './flag.ts'
import { limitFlags } from './limit-flags.ts'
import { resultFlags } from './result-flags.ts'
import { runFlags } from './run-flags.ts'
import { store } from './runs-flags.ts'

const {
  append,
  body,
  color,
  csvSafe,
  envFile,
  includeHeaders,
  keepColumns,
  log,
  output,
  outputFormat,
  progress,
  quiet,
  select,
  verbose,
} = resultFlags

const { schema } = runFlags

/** Flags of `resume` in addition to those of `fetch`. */
export const resumeFlags = flagTable({
  force: {
    flag: '--force',
    group: 'Store',
    help: 'continue although the input has changed since the run started',
    hasVariable: false,
    scope: 'reading',
  },
})

/** Flags of `retry` in addition to those of `resume`: the failures to retry. */
export const retryFlags = flagTable({
  status: {
    flag: '--status <list>',
    group: 'Store',
    help: 'only failures with these statuses, such as 503,5xx',
    default: 'all failures',
    hasVariable: false,
  },
  code: {
    flag: '--code <list>',
    group: 'Store',
    help: 'only failures without a status and with these codes, such as SLUICE_CONNECT',
    default: 'all failures',
    hasVariable: false,
  },
  olderThan: {
    flag: '--older-than <time>',
    group: 'Store',
    help: 'only failures older than this, such as 10min',
    hasVariable: false,
  },
})

/** Parsed flags of `resume` and `retry` that `fetch` does not have. */
export type ResumeFlags = FlagsOf<typeof resumeFlags> & FlagsOf<typeof retryFlags>

/** Every flag of `export`. */
export const exportFlags = {
  store,
  schema,
  output: {
    ...output,
    help: 'write to .jsonl or .csv, each also .gz; .parquet; .db; `-` is JSON lines on stdout, csv:- is CSV',
    default: '-',
  },
  outputFormat,
  append,
  csvSafe,
  select: {
    ...select,
    help: 'write these fields, such as id=row.id,price=data.price; * writes all',
    default: 'those of the run',
  },
  keepColumns,
  body,
  includeHeaders: {
    ...includeHeaders,
    help: 'write these response headers besides content-type, if the run stored them; * writes all',
  },
  ...flagTable({
    ok: { flag: '--ok', group: 'Output', help: 'successes only', hasVariable: false },
    failed: { flag: '--failed', group: 'Output', help: 'failures only', hasVariable: false },
  }),
}

/** The flags of `export` as they are typed. */
export type ExportFlags = FlagsOf<typeof exportFlags>

/** Every flag of `report`. */
export const reportFlags = {
  store,
  schema,
  output: { ...output, help: 'write to .html, .md or .json; `-` is stdout', default: 'NAME.html' },
  ...flagTable({
    compare: {
      flag: '--compare <run>',
      group: 'Output',
      help: 'compare it with another run of the store, or with a FILE.json that --summary or report --format json wrote',
      hasVariable: false,
    },
    format: {
      flag: '--format <format>',
      group: 'Output',
      help: 'html (a page that needs no other file), md (Markdown) or json (the figures)',
      default: "by the file's ending",
      choices: ['html', 'md', 'json'],
      hasVariable: false,
    },
  }),
}

/** The flags of `report` as they are typed. */
export type ReportFlags = FlagsOf<typeof reportFlags>

/** Every flag of `dash`. */
export const dashFlags = {
  store: { ...store, help: 'the store with the runs: sqlite:PATH, NAME.db or postgres://user@host/database' },
  schema,
  ...flagTable({
    port: {
      flag: '--port <n>',
      group: 'Display',
      help: 'serve at this port',
      default: 'a free one',
      hasVariable: false,
    },
    listen: {
      flag: '--listen <address>',
      group: 'Display',
      help: 'serve at this address, such as 0.0.0.0: everybody who reaches it and knows the URL can control runs',
      default: '127.0.0.1',
      hasVariable: false,
    },
  }),
}

/** The flags of `dash` as they are typed. */
export type DashFlags = FlagsOf<typeof dashFlags>

/** Every flag of `worker`. */
export const workerFlags = {
  ...flagTable({
    store: {
      flag: '--store <place>',
      group: 'Store',
      help: 'the database with the runs: postgres://user@host/database',
      default: 'required',
    },
  }),
  schema,
  ...flagTable({
    runs: {
      flag: '--runs <list>',
      group: 'Store',
      help: 'only runs with these names, such as nightly,hourly',
      default: 'all',
      hasVariable: false,
      option: 'worker.runs',
      parse: 'names',
    },
    untilDone: {
      flag: '--until-done',
      group: 'Store',
      help: 'exit when nothing is left to do, instead of waiting for more runs',
      option: 'worker.untilDone',
    },
    concurrency: {
      flag: '-c, --concurrency <n>',
      group: 'Limits',
      help: 'maximum attempts in flight of this worker; the limits of each run apply to all workers together',
      default: '100',
      hasVariable: false,
      option: 'worker.concurrency',
      parse: 'count',
    },
    maxMemory: { ...limitFlags.maxMemory, option: 'worker.maxMemory' },
    grace: {
      flag: '--grace <time>',
      group: 'Retries and timeouts',
      help: 'time for calls in flight to finish after SIGTERM or Ctrl-C; the rest is released',
      default: '10s',
      option: 'worker.grace',
      parse: 'duration',
    },
    health: {
      flag: '--health <[host:]port>',
      group: 'Connection',
      help: 'serve GET /livez, /readyz and /metrics (Prometheus) on this port; on 127.0.0.1 if no host is given',
      default: 'off',
      option: 'worker.health',
      parse: 'address',
    },
  }),
  dash: {
    ...resultFlags.dash,
    help: 'serve live pages of all runs and workers of the store at 127.0.0.1, with their controls; the URL is printed',
  },
  dashListen: {
    ...resultFlags.dashListen,
    help: 'serve the pages of --dash at this address, such as 0.0.0.0: everybody who reaches it and knows the URL can control runs',
  },
  progress,
  quiet,
  verbose: { ...verbose, help: 'show a line per chunk and attempt; twice: with headers' },
  log,
  color,
  envFile: {
    ...envFile,
    help: 'load environment variables from a file, such as the secrets that runs name; repeatable',
  },
}

/** The flags of `worker` as they are typed. */
export type WorkerFlags = FlagsOf<typeof workerFlags>
