import { type Flag, type FlagsOf, flagTable } from './flag.ts'
import { limitFlags } from './limit-flags.ts'
import { resultFlags } from './result-flags.ts'
import { runFlags } from './run-flags.ts'

/** The store of the verbs that are about a run which is there already. */
export const store = {
  ...runFlags.store,
  help: 'the store with the run: sqlite:PATH, NAME.db or postgres://user@host/database',
} satisfies Flag

const { schema } = runFlags

/** Every flag of `runs list` and `runs rm`. */
export const runsFlags = {
  store,
  schema,
  ...flagTable({ json: { flag: '--json', group: 'Output', help: 'print JSON', hasVariable: false } }),
}

const { config, noConfig } = resultFlags

/** Every flag of `doctor`. */
export const doctorFlags = { ...runsFlags, config, noConfig }

/** The flags of `doctor`, as they are typed. */
export type DoctorFlags = FlagsOf<typeof doctorFlags>

/** Every flag of `runs show`. */
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

/** The flags of `runs` and its verbs, as they are typed. */
export type ShowFlags = FlagsOf<typeof showFlags>

/** Every flag of `runs pause`, `runs continue` and `runs stop`. */
export const orderFlags = { store }

const { rate, budget } = limitFlags

/** Every flag of `runs set`. */
export const setFlags = {
  store,
  schema,
  ...flagTable({
    rate: {
      flag: '--rate <rate>',
      group: 'Limits',
      help: 'rate in place of those it has, such as 50/s; repeatable, all given rates hold together',
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
      help: 'budget in place of the one it has, for all that it spends from its beginning, such as tokens=5M; repeatable',
      isRepeatable: true,
      hasVariable: false,
      parse: budget.parse,
    },
    priority: {
      flag: '--priority <n>',
      group: 'Limits',
      help: 'turn of a shared run among others, such as 5: workers serve greater numbers first, and equal ones in turn',
      default: '0',
      hasVariable: false,
    },
  }),
}

/** The flags of `runs set` as they are typed. */
export type SetFlags = FlagsOf<typeof setFlags>

/** Every flag of `runs prune`. */
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
      help: 'print the names, and remove nothing',
      hasVariable: false,
    },
  }),
}

/** The flags of `runs prune` as they are typed. */
export type PruneFlags = FlagsOf<typeof pruneFlags>
