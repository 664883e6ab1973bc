import type { OptionTable } from './flag.ts'

/** How `fetch` follows the pages of lists, as it is typed. */
export interface PaginateFlags {
  readonly paginate?: string
  readonly items?: string
  readonly maxPages?: string
  readonly allowOrigin?: readonly string[]
}

/** The flags of those. */
export const paginateOptions: OptionTable<PaginateFlags> = {
  paginate: {
    flags: '--paginate <style>',
    group: 'Request',
    description:
      'follow each input to its last page, one line per page: link, page[:PARAM], offset:PARAM,LIMIT (or PARAM,NAME=LIMIT), cursor:PATH[:PARAM] or next:PATH; --ordered does one input after another',
    default: 'one request per input',
    hasTwin: false,
  },
  items: {
    flags: '--items <path>',
    group: 'Request',
    description: 'with --paginate: one line per item, found at this path of each page (data.list, or . for the whole)',
    hasTwin: false,
  },
  maxPages: {
    flags: '--max-pages <n>',
    group: 'Request',
    description: 'with --paginate: more pages of one input are a failure',
    default: '10000',
  },
  allowOrigin: {
    flags: '--allow-origin <origin>',
    group: 'Request',
    description:
      'with --paginate: another origin, such as https://api2.example, that a page may lead to; it gets the headers, credentials included',
    isRepeatable: true,
  },
}
