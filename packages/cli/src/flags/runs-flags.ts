import { type Flag, type FlagsOf, flagTable } from './flag.ts'
import { limitFlags } from './limit-flags.ts'
import { resultFlags } from './result-flags.ts'
import { runFlags } from './run-flags.ts'

/** Flag `--store` for verbs about existing runs. */
export const store = {
  ...runFlags.store,
  help: 'the store with the run: sqlite:PATH, NAME.db or postgres://user@host/database',
} satisfies Flag

const { schema } = runFlags

/** All flags of `runs list` and `runs rm`. */
export const runsFlags = {
  store,
  schema,
  ...flagTable({ json: { flag: '--json', group: 'Output', help: 'print JSON', hasVariable: false } }),
}

const { config, noConfig } = resultFlags

/** All flags of `doctor`. */
export const doctorFlags = { ...runsFlags, config, noConfig }

/** Parsed flags of `doctor`. */
export type DoctorFlags = FlagsOf<typeof doctorFlags>

/** All flags of `runs` and `runs list`. */
export const listFlags = {
  ...runsFlags,
  ...flagTable({
    limit: {
      flag: '--limit <n>',
      group: 'Output',
      help: 'maximum number of runs, newest first',
      default: '100; all with --json',
      hasVariable: false,
    },
  }),
}

/** Parsed flags of `runs` and `runs list`. */
export type ListFlags = FlagsOf<typeof listFlags>

/** All flags of `runs show`. */
export const showFlags = {
  ...runsFlags,
  ...flagTable({
    watch: {
      flag: '--watch [interval]',
      group: 'Output',
      help: 'show it repeatedly until the run is finished; in place on a terminal',
      default: '1s on a terminal, else 10s',
      hasVariable: false,
    },
  }),
}

/** Parsed flags of `runs` and its verbs. */
export type ShowFlags = FlagsOf<typeof showFlags>

/** All flags of `runs pause`, `runs continue` and `runs stop`. */
export const orderFlags = { store, schema }

const { rate, budget } = limitFlags

/** All flags of `runs set`. */
export const setFlags = {
  store,
  schema,
  ...flagTable({
    rate: {
      flag: '--rate <rate>',
      group: 'Limits',
      help: 'new rate, replacing the present ones, such as 50/s; repeatable, all given rates apply together',
      isRepeatable: true,
      hasVariable: false,
      parse: rate.parse,
    },
    concurrency: {
      flag: '-c, --concurrency <n>',
      group: 'Limits',
      help: 'maximum attempts in flight; of a shared run over all workers together',
      hasVariable: false,
    },
    budget: {
      flag: '--budget <unit=amount>',
      group: 'Limits',
      help: 'new budget, which counts from the start of the run, such as tokens=5M; repeatable',
      isRepeatable: true,
      hasVariable: false,
      parse: budget.parse,
    },
    priority: {
      flag: '--priority <n>',
      group: 'Limits',
      help: 'priority of a shared run, such as 5: workers serve higher numbers first, equal ones round robin',
      default: '0',
      hasVariable: false,
    },
  }),
}

/** Parsed flags of `runs set`. */
export type SetFlags = FlagsOf<typeof setFlags>

/** All flags of `runs prune`. */
export const pruneFlags = {
  store,
  schema,
  ...flagTable({
    olderThan: {
      flag: '--older-than <time>',
      group: 'Store',
      help: 'remove finished runs whose last result is older than this, such as 30d',
      default: 'required',
      hasVariable: false,
    },
    dryRun: {
      flag: '-n, --dry-run',
      group: 'Store',
      help: 'print the names and remove nothing',
      hasVariable: false,
    },
  }),
}

/** Parsed flags of `runs prune`. */
export type PruneFlags = FlagsOf<typeof pruneFlags>
