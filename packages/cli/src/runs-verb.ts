import {
  type ListFlags,
  listFlags,
  orderFlags,
  type PruneFlags,
  pruneFlags,
  runsFlags,
  type SetFlags,
  type ShowFlags,
  setFlags,
  showFlags,
} from './flags/runs-flags.ts'
import type { Verb } from './verb.ts'

/** Verb that changes the state of a run, from any machine with access to its store. */
function orderVerb(order: 'pause' | 'continue' | 'stop', description: string): Verb {
  return {
    usage: `${order} <run>`,
    description,
    argument: 'name of the run',
    flags: orderFlags,
    run: async ({ args, command, io }) =>
      (await import('./verbs/steer-run.ts')).orderRun(order, args[0]!, command.opts<ShowFlags>(), io),
  }
}

/** `runs` and its verbs. */
export const runsVerb: Verb = {
  usage: 'runs',
  description: 'list, show, control and remove stored runs',
  flags: {},
  after: `
Examples:
  sluice runs                                      the runs in .sluice/runs.db
  sluice runs show nightly --watch
  sluice runs set nightly --rate 50/s
  sluice runs prune --older-than 30d
`,
  verbs: [
    {
      usage: 'list',
      description: 'list the runs, the newest first',
      flags: listFlags,
      run: async ({ command, io }) => (await import('./verbs/runs.ts')).listRuns(command.opts<ListFlags>(), io),
    },
    {
      usage: 'show <run>',
      description: 'show counts, statuses, errors, times and waste of a run',
      argument: 'name of the run',
      flags: showFlags,
      run: async ({ args, command, io }) =>
        (await import('./verbs/runs.ts')).showRun(args[0]!, command.opts<ShowFlags>(), io),
    },
    {
      usage: 'rm <run>',
      description: 'remove a run with its results',
      argument: 'name of the run',
      flags: runsFlags,
      run: async ({ args, command, io }) =>
        (await import('./verbs/runs.ts')).removeRun(args[0]!, command.opts<ShowFlags>(), io),
    },
    orderVerb('pause', 'pause a run in all processes and workers, until runs continue'),
    orderVerb('continue', 'continue a paused or stopped run'),
    orderVerb('stop', 'stop a run in all processes and workers; the rest can be resumed'),
    {
      usage: 'set <run>',
      description: 'change the limits of a run, even while it is running',
      argument: 'name of the run',
      flags: setFlags,
      after: `
Examples:
  sluice runs set nightly --rate 50/s --concurrency 40
  sluice runs set urgent --priority 5

The process that does the run applies them within a second, and reports it. They
stay in force when the run is resumed.
`,
      run: async ({ args, command, io }) =>
        (await import('./verbs/steer-run.ts')).setRun(args[0]!, command.opts<SetFlags>(), io),
    },
    {
      usage: 'prune',
      description: 'remove finished runs that are old, with their results',
      flags: pruneFlags,
      run: async ({ command, io }) => (await import('./verbs/steer-run.ts')).pruneRuns(command.opts<PruneFlags>(), io),
    },
  ],
}
