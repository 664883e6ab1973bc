import { type ErrorCode, SluiceError } from '../errors/sluice-error.ts'

type StoreErrorCode = Extract<ErrorCode, 'SLUICE_STORE' | `SLUICE_STORE_${string}` | `SLUICE_RUN_${string}`>

/** A store cannot do what was asked. The message names it and says what to do. Committed data are not lost. */
export class StoreError extends SluiceError {
  override readonly name = 'StoreError'
  declare readonly code: StoreErrorCode

  constructor(code: StoreErrorCode, message: string, cause?: unknown) {
    super(code, message, cause)
  }
}

/** Stored data that this program cannot have written: something else has changed them. */
export class DamagedContent extends Error {}
