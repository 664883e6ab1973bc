import { flagTable } from './flag.ts'

/** Flags of `fetch` about the run as a whole: its store, and what happens afterwards. */
export const runFlags = flagTable({
  store: {
    flag: '--store [place]',
    group: 'Store',
    help: 'keep the run in a store, so that it can be resumed, retried and exported: sqlite:PATH, NAME.db or postgres://user@host/database',
    default: '.sluice/runs.db',
    scope: 'session',
  },
  schema: {
    flag: '--schema <name>',
    group: 'Store',
    help: 'schema of a store on PostgreSQL; the same as ?schema=NAME in its URL',
    default: 'sluice',
    hasVariable: false,
    scope: 'session',
    inProfile: false,
  },
  storeTimeout: {
    flag: '--store-timeout <time>',
    group: 'Store',
    help: 'time for which results are kept in memory while the store rejects them, as when its disk is full; then the run ends',
    default: '10min',
    needs: ['store'],
    scope: 'session',
    detached: 'workers keep results until the store accepts them',
  },
  name: {
    flag: '--name <name>',
    group: 'Store',
    help: 'name the stored run; without --store the same as --file-name',
    default: 'run-1, run-2, ...',
    needs: ['store', 'outDir'],
    hasVariable: false,
    scope: 'session',
  },
  resume: {
    flag: '--resume',
    group: 'Store',
    help: 'continue the run of this --name if there is one, otherwise start it: for a command that is repeated, as from cron',
    needs: ['store'],
    hasVariable: false,
    scope: 'session',
    inProfile: false,
    detached: 'sluice resume RUN --detach continues reading',
  },
  detach: {
    flag: '--detach',
    group: 'Store',
    help: 'only read the input into a store on PostgreSQL; sluice worker makes the calls',
    hasVariable: false,
    scope: 'session',
  },

  onEnd: {
    flag: '--on-end <command>',
    group: 'Output',
    help: 'run this shell command at the end, with the summary as JSON on its stdin; it may take one minute',
    hasVariable: false,
    scope: 'session',
    inProfile: false,
    detached: 'no process waits for the end of the run',
  },
})
