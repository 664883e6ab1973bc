import type { PaginationError } from './errors.ts'

/** Where a page is: what its request has in place of the first one's. */
export interface PagePlace {
  readonly url: string
  /** Only if it differs from the first one's. */
  readonly json?: unknown
}

/** A page that came, as far as it matters for what comes next. */
export interface PageView {
  /** From 1. */
  readonly number: number
  readonly place: PagePlace
  /** Where it came from in the end, after redirects. */
  readonly url: string
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  /** As it came, before any schema. */
  readonly raw: unknown
  /** The same with the digits of all numbers: `raw` may have lost some. */
  exact(): unknown
  /** Its items, if it is known where they are. */
  readonly list: readonly unknown[] | undefined
}

/** What follows after a page. */
export type Onward =
  | { readonly kind: 'end' }
  | { readonly kind: 'error'; readonly error: PaginationError }
  /** One page, and only that will tell what follows. */
  | { readonly kind: 'one'; readonly place: PagePlace }
  /** So many pages, which are known already. */
  | { readonly kind: 'many'; readonly count: number; readonly placeOf: (position: number) => PagePlace }

/** Decides page by page, and asks nobody. */
export interface Trail {
  readonly first: PagePlace
  /** Takes note of the next page in their order. One that only marks the end is not given to the caller. */
  after(page: PageView): { readonly isGiven: boolean; readonly onward: Onward }
  /** The same for a page that did not come. */
  afterFailure(): Onward
}

export const end: Onward = { kind: 'end' }
