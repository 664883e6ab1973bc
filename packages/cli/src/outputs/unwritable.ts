import { ClosedPipeError, OutputError } from './output-errors.ts'

/** One record cannot be written, whatever the output: its item fails, and the others go on. */
export class UnwritableError extends Error {
  override readonly name = 'UnwritableError'
  readonly code = 'SLUICE_UNWRITABLE'

  constructor(cause: unknown) {
    super(`the result cannot be written: ${cause instanceof Error ? cause.message : String(cause)}`, { cause })
  }
}

/**
 * Writes a record by `write`, or, if it is the record that cannot be written, what `instead` writes for that reason.
 *
 * @throws OutputError or ClosedPipeError if the output itself has failed
 */
export async function writeOrFail(
  write: () => Promise<void> | void,
  instead: (error: UnwritableError) => Promise<void> | void,
): Promise<void> {
  try {
    await write()
  } catch (error) {
    if (error instanceof OutputError || error instanceof ClosedPipeError) throw error
    await instead(new UnwritableError(error))
  }
}
