import { type BulkOptions, SettingsError } from 'sluice'
import { redactUrl } from 'sluice/http'
import { checkListPages, type PaginationStyle } from 'sluice/internal'
import { type FetchFlags, fetchFlags } from '../flags/fetch-flags.ts'
import { longName } from '../flags/flag.ts'
import { optionsOf } from '../flags/options.ts'
import { requestFlags } from '../flags/request-flags.ts'
import { count, forFlag } from '../flags/values.ts'
import { itemRequests } from './item-requests.ts'

/** Flags that apply to a single response per input. */
const without = ['outDir', 'skipExisting'] as const

/** How lists are paginated, and what their items become. */
export interface ListPlan {
  readonly pages: NonNullable<BulkOptions['pages']>
  /** Path of the items, if each is a line or becomes a request. */
  readonly items: string | undefined
  /** Requests for the items of a page; undefined if items are lines. */
  readonly follow: NonNullable<BulkOptions['follow']> | undefined
}

/** Pagination settings, if there are any. @throws SettingsError that names the flag */
export function parsePaginate(flags: Partial<FetchFlags>): ListPlan | undefined {
  const { paginate, items, maxPages, allowOrigin } = flags
  if (paginate === undefined) {
    if (items !== undefined) throw new SettingsError('--items needs --paginate')
    if (allowOrigin !== undefined) throw new SettingsError('--allow-origin needs --paginate')
    if (flags.then !== undefined) throw new SettingsError('--then needs --paginate and --items')
    return undefined
  }
  const other = without.find((name) => flags[name] !== undefined)
  if (other !== undefined) throw new SettingsError(`--paginate cannot be combined with ${longName(fetchFlags[other])}`)
  if (flags.then !== undefined && items === undefined)
    throw new SettingsError('--then needs --items PATH: where the items of a page are, or . for the page itself')
  const style = parseStyle(paginate)
  const allowOrigins = allowOrigin?.map(originOf)
  const pages = {
    ...style,
    ...(optionsOf(requestFlags, { items, maxPages }).pages as Pick<ListPlan['pages'], 'list' | 'maxPages'>),
    ...(allowOrigins === undefined ? undefined : { allowOrigins }),
  }
  // Invalid paths are reported before anything is sent.
  forFlag('--paginate', () => checkListPages({ ...pages, list: undefined }))
  forFlag('--items', () => checkListPages(pages))
  return {
    pages,
    items,
    follow:
      flags.then === undefined
        ? undefined
        : forFlag('--then', () =>
            itemRequests(flags.then!, { allowOrigins: allowOrigins ?? [], baseUrl: flags.baseUrl }),
          ),
  }
}

function originOf(text: string): string {
  if (URL.canParse(text) && /^https?:/i.test(text)) return new URL(text).origin
  throw new SettingsError(
    `--allow-origin: expected an origin such as https://api.example, got ${JSON.stringify(redactUrl(text))}`,
  )
}

function parseStyle(text: string): PaginationStyle {
  const colon = text.indexOf(':')
  const style = colon === -1 ? text : text.slice(0, colon)
  const rest = colon === -1 ? undefined : text.slice(colon + 1)
  if (style === 'link' && rest === undefined) return { style: 'link' }
  if (style === 'page' && rest !== '')
    return { style: 'page', findTotal: true, ...(rest === undefined ? undefined : { param: rest }) }
  if (style === 'next' && rest) return { style: 'next-url', path: rest }
  if (style === 'cursor' && rest) return parseCursor(rest)
  const offset = style === 'offset' ? /^([^,]+),(?:([^=]+)=)?(\d+)$/.exec(rest ?? '') : null
  if (offset !== null) {
    const [, offsetParam, limitParam, limit] = offset
    return { style: 'offset', findTotal: true, offsetParam, limitParam, limit: count(1)(limit!, '--paginate') }
  }
  throw new SettingsError(
    '--paginate: expected link, page, page:PARAM, offset:PARAM,LIMIT, offset:PARAM,NAME=LIMIT, cursor:PATH, ' +
      `cursor:PATH:PARAM or next:PATH, got ${JSON.stringify(text)}`,
  )
}

/** A path may contain colons, a parameter may not. */
function parseCursor(text: string): PaginationStyle {
  const colon = text.lastIndexOf(':')
  if (colon === -1) return { style: 'cursor', path: text }
  return { style: 'cursor', path: text.slice(0, colon), param: text.slice(colon + 1) }
}
