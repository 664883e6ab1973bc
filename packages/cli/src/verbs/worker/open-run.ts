import { type Client, createClient, type SharedLimits } from 'sluice'
import type { OpenedRun } from 'sluice/internal'
import type { StoredRun } from 'sluice/stores'
import { namesIn } from '../../flags/values.ts'
import { createRedactor, type Redact } from '../../outputs/redactor.ts'
import { resolveCalls } from '../../plan/fetch-plan.ts'
import { flagsToGoOn } from '../../plan/stored-settings.ts'

/** What `-c auto` never goes beyond, over all workers. */
const mostFound = 200
/** What `fetch` has in flight if nothing is said. */
const usualConcurrency = 10

export interface OpeningOptions {
  /** From which secrets are taken: that of this worker, not of whoever began the run. */
  readonly env: NodeJS.ProcessEnv
  /** Called with each client, before it is used. */
  readonly onClient?: ((client: Client, redact: Redact) => void) | undefined
}

/**
 * Makes what the calls of a run need from the settings that are kept with it, as `resume` does.
 *
 * @throws SettingsError that names what is missing here, such as the variable of a secret.
 */
export function openRun(run: StoredRun, limits: SharedLimits, { env, onClient }: OpeningOptions): OpenedRun {
  const flags = flagsToGoOn(run.settings, {}, run.name)
  const { client: options, secrets } = resolveCalls(flags, { env, stdinIsPiped: false })
  const redact = createRedactor(secrets)
  const client = createClient({ ...options, sharedLimits: limits })
  onClient?.(client, redact)
  return {
    client,
    concurrency: options.concurrency === 'auto' ? mostFound : (options.concurrency ?? usualConcurrency),
    redact,
    idempotencyKey: flags.idempotencyKey ?? false,
    keepHeaders: namesIn(flags.includeHeaders),
  }
}
