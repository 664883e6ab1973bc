import type { OptionTable } from './flag.ts'
import { type PaginateFlags, paginateOptions } from './paginate-flags.ts'
import { type FetchRequestFlags, fetchRequestOptions } from './request-flags.ts'
import { type FetchResultFlags, fetchResultOptions } from './result-flags.ts'

/** The flags of `fetch` as they are typed: text, lists of text, and switches. */
export interface FetchFlags extends FetchRequestFlags, PaginateFlags, FetchResultFlags {}

/** Every flag of `fetch`. */
export const fetchOptions: OptionTable<FetchFlags> = {
  ...fetchRequestOptions,
  ...paginateOptions,
  ...fetchResultOptions,
}
