import { unexpected } from '../../errors/settings-error.ts'
import type { ApiRequest, RequestInput, RequestSpec } from '../../http/request.ts'
import type { PagePlace } from './page.ts'
import type { ChainedStyle, NumberedStyle } from './styles.ts'
import { withValueAt } from './value-path.ts'

/** Makes the requests of the pages out of the first one's. */
export interface PageRequests {
  readonly json: unknown
  /** @param number of the page, from 1: with an id of its own, `ID#3` is the id of the third */
  of(place: PagePlace, number: number): RequestSpec
}

/** @throws SettingsError if the body has no place for the cursor that is to be put there */
export function pageRequests(
  input: RequestInput,
  complete: ApiRequest,
  style: ChainedStyle | NumberedStyle,
): PageRequests {
  const { query: _, ...spec }: RequestSpec = typeof input === 'string' || input instanceof URL ? { url: input } : input
  const { json, id } = spec
  if (style.style === 'cursor' && style.inBody !== undefined) {
    if (spec.body !== undefined || withValueAt(json, style.inBody, true) === undefined)
      throw unexpected('in', `'query', or a request whose json has a place for ${style.param}`, 'body')
  }
  // The user and password of a URL are in no URL that was made from it.
  const { authorization } = complete.headers
  const headers = authorization === undefined ? spec.headers : { authorization, ...spec.headers }
  return {
    json,
    of: (place, number) => ({
      ...spec,
      url: place.url,
      headers,
      ...('json' in place ? { json: place.json } : undefined),
      ...(id === undefined || id === null ? undefined : { id: `${id}#${number}` }),
    }),
  }
}
