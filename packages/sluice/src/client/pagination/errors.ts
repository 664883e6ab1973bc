import { SluiceError } from '../../errors/sluice-error.ts'

/** The pages came, but the way from one to the next is not right: in a circle, to a stranger, without end, or not to be found. */
export class PaginationError extends SluiceError {
  declare readonly code: 'SLUICE_PAGE_LOOP' | 'SLUICE_PAGE_ORIGIN' | 'SLUICE_PAGE_LIMIT' | 'SLUICE_PAGE_SHAPE'
  override readonly name = 'PaginationError'
  /** The page where that was found, from 1. */
  readonly page: number

  constructor(
    code: 'SLUICE_PAGE_LOOP' | 'SLUICE_PAGE_ORIGIN' | 'SLUICE_PAGE_LIMIT' | 'SLUICE_PAGE_SHAPE',
    page: number,
    message: string,
  ) {
    super(code, `page ${page}: ${message}`)
    this.page = page
  }
}
