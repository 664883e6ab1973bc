import type { Io } from '../io.ts'
import type { WorkerFlags } from '../options/worker-options.ts'
import { typedPasswordWarning } from '../run/store-flag.ts'
import { Talk } from '../run/talk.ts'
import { WorkerSession } from '../worker/worker-session.ts'
import { resolveWorkerSettings } from '../worker/worker-settings.ts'

/** Works on the runs of a store until it is stopped, or with `--until-done` until nothing is left. Returns the exit code. */
export async function workerCommand(flags: WorkerFlags, io: Io): Promise<number> {
  const settings = resolveWorkerSettings(flags)
  const talk = Talk.as(flags, io)
  const warning = typedPasswordWarning(flags.store, io.env)
  if (warning !== undefined) talk.warn(warning)
  return await new WorkerSession(settings, flags, io, talk).work()
}
