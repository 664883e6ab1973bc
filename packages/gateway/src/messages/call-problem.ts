import type { CallError } from 'sluice'
import type { Problem } from './problem.ts'

/** Statuses for failures without a response. All others are 502: the upstream, or the connection to it, failed. */
const statuses: ReadonlyMap<string, number> = new Map([
  ['SLUICE_SETTINGS', 400],
  ['SLUICE_BAD_INPUT', 400],
  ['SLUICE_QUEUE_FULL', 503],
  ['SLUICE_QUEUE_TIMEOUT', 503],
  ['SLUICE_CIRCUIT_OPEN', 503],
  ['SLUICE_PAUSED', 503],
  ['SLUICE_WOULD_MISS_DEADLINE', 503],
  ['SLUICE_LOCAL_LIMIT', 503],
  ['SLUICE_CLOSED', 503],
  ['SLUICE_DEADLINE', 504],
  ['SLUICE_ATTEMPT_TIMEOUT', 504],
  ['SLUICE_CONNECT_TIMEOUT', 504],
  ['SLUICE_INTERNAL', 500],
  ['SLUICE_POLICY', 500],
])

/** Default of `Retry-After` in seconds. */
const someTime = 1

/** Problem reported to the caller for a failed call. `wallTime` is the current time in ms since the epoch. */
export function callProblem(error: CallError, wallTime: number): Problem {
  const status = statuses.get(error.code) ?? 502
  const { retryAt, position } = error as { readonly retryAt?: number; readonly position?: number }
  const problem = { status, code: error.code, detail: error.summary, ...(position !== undefined && { position }) }
  if (status !== 503) return problem
  return { ...problem, retryAfter: retryAt === undefined ? someTime : (retryAt - wallTime) / 1_000 }
}
