import { type Client, createClient, type SharedLimits } from 'sluice'
import { type OpenedRun, parseRate } from 'sluice/internal'
import type { StoredRun } from 'sluice/stores'
import { namesIn } from '../../flags/values.ts'
import { createRedactor, type Redact } from '../../outputs/redactor.ts'
import { resolveCalls } from '../../plan/fetch-plan.ts'
import { flagsToGoOn } from '../../plan/stored-settings.ts'
import { warnAbout } from '../../terminal/client-warnings.ts'

/** Maximum of `-c auto` over all workers. */
const mostFound = 200
/** Default of `--concurrency`. */
const usualConcurrency = 10

export interface OpeningOptions {
  /** Environment with the secrets: that of this worker, not of the process that started the run. */
  readonly env: NodeJS.ProcessEnv
  /** Called with each client before it is used. */
  readonly onClient?: ((client: Client, redact: Redact) => void) | undefined
  /** Called with notes about a run for people. */
  readonly onNote?: ((text: string) => void) | undefined
}

/**
 * Creates the client and policies of a run from its stored settings, as `resume` does.
 *
 * @throws SettingsError that names what is missing here, such as the variable of a secret
 */
export function openRun(
  run: StoredRun,
  sharedLimits: SharedLimits,
  { env, onClient, onNote }: OpeningOptions,
): OpenedRun {
  const flags = flagsToGoOn(run.settings, {}, run.name)
  const { client: options, secrets } = resolveCalls(flags, { env, stdinIsPiped: false })
  const redact = createRedactor(secrets)
  const client = createClient({ ...options, sharedLimits })
  const { rate, concurrency } = run.wish ?? {}
  const limits = {
    ...options,
    rate: rate?.map((text) => parseRate('rate', text)) ?? options.rate,
    concurrency: concurrency ?? options.concurrency,
  }
  warnAbout(client, { limits, redact, warn: (text) => onNote?.(`${run.name}: ${text}`) })
  onClient?.(client, redact)
  return {
    client,
    concurrency: options.concurrency === 'auto' ? mostFound : (options.concurrency ?? usualConcurrency),
    redact,
    idempotencyKey: flags.idempotencyKey ?? false,
    keepHeaders: namesIn(flags.includeHeaders),
  }
}
