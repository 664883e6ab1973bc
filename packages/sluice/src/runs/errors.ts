import { SluiceError } from '../errors/sluice-error.ts'

/** What a run is to go on with is not what it began with: going on would mix up items and results. */
export class SourceChangedError extends SluiceError {
  declare readonly code: 'SLUICE_SOURCE_CHANGED'
  override readonly name = 'SourceChangedError'

  constructor(source: string, difference: string) {
    super(
      'SLUICE_SOURCE_CHANGED',
      `${source}: ${difference}; restore it, or begin a new run (what is done stays in the store)`,
    )
  }
}
