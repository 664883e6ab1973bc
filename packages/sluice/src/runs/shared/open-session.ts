import { withoutMapping } from '../../client/map-error.ts'
import { flag, wholeNumber } from '../../errors/checks.ts'
import { resolveStoring } from '../stored-result.ts'
import { type RunPlan, RunSession, type RunSessionSettings } from './run-session.ts'
import type { OpenedRun, WorkerOptions } from './worker-options.ts'

interface OpenSessionSettings extends Omit<RunSessionSettings, 'plan'> {
  readonly open: WorkerOptions['open']
}

/** Opens a run. If it cannot be used, closes what was opened. @throws errors of `open`. */
export async function openSession({ open, ...settings }: OpenSessionSettings): Promise<RunSession> {
  const { run, limits } = settings
  let opened: OpenedRun | undefined
  try {
    opened = await open(run, limits)
    return new RunSession({ ...settings, plan: resolvePlan(opened) })
  } catch (error) {
    await Promise.allSettled([opened?.client?.close(), limits.close()])
    throw error
  }
}

/** @throws SettingsError that names the option. */
function resolvePlan(opened: OpenedRun): RunPlan {
  const { client, deadline } = opened
  return {
    client: withoutMapping(client),
    concurrency: wholeNumber('concurrency', opened.concurrency ?? client.status().concurrency, 1),
    isKeyed: flag('idempotencyKey', opened.idempotencyKey ?? false),
    storing: resolveStoring(opened),
    deadline,
  }
}
