import { SluiceError } from '../errors/sluice-error.ts'

type StoreErrorCode =
  | 'SLUICE_STORE'
  | 'SLUICE_STORE_FULL'
  | 'SLUICE_STORE_READ_ONLY'
  | 'SLUICE_STORE_DAMAGED'
  | 'SLUICE_STORE_NEWER'
  | 'SLUICE_STORE_DRIVER'
  | 'SLUICE_RUN_BUSY'
  | 'SLUICE_RUN_EXISTS'
  | 'SLUICE_RUN_UNKNOWN'

/** A store that cannot do what was asked. The message names it, and says what to do. What was committed is not lost. */
export class StoreError extends SluiceError {
  override readonly name = 'StoreError'
  declare readonly code: StoreErrorCode

  constructor(code: StoreErrorCode, message: string, cause?: unknown) {
    super(code, message, cause)
  }
}
