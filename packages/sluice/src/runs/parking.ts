import { ThrottledError } from '../client/errors.ts'
import type { CallResult } from '../client/result.ts'
import type { SluiceError } from '../errors/sluice-error.ts'
import { CircuitOpenError, PausedError, PendingError } from '../policies/errors.ts'

/** A date that is nearer than this is not worth putting an item aside. */
const worthParking = 60_000

/** Until when an item is put aside, in milliseconds since the epoch, and the code of the error that says so. */
export interface Parking {
  readonly until: number
  readonly code: string
}

/**
 * Whether an item of a stored run is put aside in place of failing: the server has named a date that is further off than
 * may be waited, or is given a rest.
 */
export function parkingOf(result: CallResult, wallTime: number): Parking | undefined {
  if (result.ok) return undefined
  const { error } = result
  const isRest = error instanceof PausedError || error instanceof CircuitOpenError
  const isDated = isRest || error instanceof ThrottledError || error instanceof PendingError
  const retryAt = isDated ? error.retryAt : undefined
  if (retryAt === undefined || (!isRest && retryAt - wallTime < worthParking)) return undefined
  return { until: retryAt, code: (error as SluiceError).code }
}
