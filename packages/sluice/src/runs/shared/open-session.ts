import { resolvePlan } from './run-plan.ts'
import { RunSession, type RunSessionSettings } from './run-session.ts'
import type { OpenedRun, WorkerOptions } from './worker-options.ts'

export interface OpenSessionSettings extends Omit<RunSessionSettings, 'plan'> {
  readonly open: WorkerOptions['open']
}

/** Opens a run as its user says. What was opened is closed again if it cannot be used. @throws what the user throws. */
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
