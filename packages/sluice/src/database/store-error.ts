import { type ErrorCode, SluiceError } from '../errors/sluice-error.ts'

type StoreErrorCode = Extract<ErrorCode, 'SLUICE_STORE' | `SLUICE_STORE_${string}` | `SLUICE_RUN_${string}`>

/** A store operation failed. The message names the store and says what to do. Committed data are not lost. */
export class StoreError extends SluiceError {
  override readonly name = 'StoreError'
  declare readonly code: StoreErrorCode
  /** True if the same operation may succeed later, unchanged. */
  readonly mayPass: boolean

  constructor(code: StoreErrorCode, message: string, cause?: unknown, mayPass = false) {
    super(code, message, cause)
    this.mayPass = mayPass
  }
}

/** Stored data that this program cannot have written: another program has changed them. */
export class DamagedContent extends Error {}
