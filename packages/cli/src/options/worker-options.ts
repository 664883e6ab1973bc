import { fetchResultOptions } from './fetch-result-options.ts'
import type { OptionTable } from './option.ts'
import { storeOption } from './store-option.ts'

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
