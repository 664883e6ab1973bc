import type { FetchFlags } from './fetch-flags.ts'
import { fetchRequestOptions } from './fetch-request-options.ts'
import { fetchResultOptions } from './fetch-result-options.ts'
import type { OptionTable } from './option.ts'
import { paginateOptions } from './paginate-options.ts'

/** Every flag of `fetch`. */
export const fetchOptions: OptionTable<FetchFlags> = {
  ...fetchRequestOptions,
  ...paginateOptions,
  ...fetchResultOptions,
}
