import { parseDuration, SettingsError } from 'sluice'
import type { WorkerFlags } from '../../flags/store-flags.ts'
import { forFlag, namesIn, parseCount } from '../../flags/values.ts'

/** What `worker` is to do: its flags, understood and checked. */
export interface WorkerSettings {
  readonly concurrency: number
  /** Names of the runs; nothing for all. */
  readonly runs: readonly string[] | undefined
  readonly untilDone: boolean
  /** How long what is in flight may take when it is stopped, in milliseconds. */
  readonly grace: number
  /** Where its health is told, if anywhere. */
  readonly health: HealthPlace | undefined
}

/** Where a server listens. */
export interface HealthPlace {
  readonly host: string
  /** 0 takes a free one. */
  readonly port: number
}

/** Understands the flags. @throws SettingsError that names the flag, what was expected, and what came. */
export function resolveWorkerSettings(flags: WorkerFlags): WorkerSettings {
  const runs = namesIn(flags.runs)
  if (flags.runs !== undefined && runs.length === 0) throw new SettingsError('--runs: name a run, as in --runs nightly')
  return {
    concurrency: parseCount('--concurrency', flags.concurrency ?? '100', 1),
    runs: runs.length === 0 ? undefined : runs,
    untilDone: flags.untilDone ?? false,
    grace: forFlag('--grace', () => parseDuration('', flags.grace ?? '10s')),
    health: flags.health === undefined ? undefined : parseHealthPlace(flags.health),
  }
}

/** `9090`, `0.0.0.0:9090`, `[::1]:9090`. Without a host only this machine can ask. */
function parseHealthPlace(text: string): HealthPlace {
  const match = /^(?:(\[[0-9a-f:.]+\]|[^:\s]*):)?(\d{1,5})$/i.exec(text.trim())
  const port = Number(match?.[2] ?? Number.NaN)
  if (match === null || !(port <= 65_535)) {
    throw new SettingsError(
      `--health: expected a port, or host and port such as 0.0.0.0:9090, got ${JSON.stringify(text)}`,
    )
  }
  return { host: (match[1] || '127.0.0.1').replace(/^\[|\]$/g, ''), port }
}
