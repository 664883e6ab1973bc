import { sha256, textOf } from '#platform'
import { SluiceError } from '../../errors/sluice-error.ts'

/** Address of a page: the parts of its request that differ from the first one's. */
export interface PagePlace {
  readonly url: string
  /** Set only if it differs from the first one's. */
  readonly json?: unknown
}

/** A received page: the parts that determine the next pages. */
export interface PageView {
  /** Number of the page, from 1. */
  readonly number: number
  readonly place: PagePlace
  /** URL after redirects. */
  readonly url: string
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  /** Value before the schema is applied. */
  readonly raw: unknown
  /** Value with all digits of its numbers: `raw` may have lost some. */
  exact(): unknown
  /** Items of the page, if their location is known. */
  readonly list: readonly unknown[] | undefined
}

/** Pages that follow a page. */
export type NextPages =
  | { readonly kind: 'end' }
  | { readonly kind: 'error'; readonly error: PaginationError }
  /** One page, which determines what follows. */
  | { readonly kind: 'one'; readonly place: PagePlace }
  /** A number of pages that are known already. */
  | { readonly kind: 'many'; readonly count: number; readonly placeOf: (position: number) => PagePlace }

/** Verdict on a page: the pages that follow, and whether it is returned. A page that only marks the end is not. */
export interface PageVerdict {
  readonly isGiven: boolean
  readonly next: NextPages
}

/** Decides which pages follow, without any I/O. */
export interface PageSequence {
  readonly first: PagePlace
  /** Extracts the relevant parts of a page, which may arrive early. Kept small: many pages are in flight at once. */
  read(page: PageView): unknown
  /** Decides what follows the next page in order, from the extracted parts. */
  after(read: unknown): PageVerdict
  /** Decides what follows a failed page, from the status of its response if there was one. */
  afterFailure(status: number | undefined): PageVerdict
  /** Saves the state from which a sequence can continue, as plain data. */
  save(): unknown
}

export const end: NextPages = { kind: 'end' }

/** The pages arrived, but the next page is invalid: a loop, an untrusted origin, an endless list, or no usable link. */
export class PaginationError extends SluiceError {
  declare readonly code: 'SLUICE_PAGE_LOOP' | 'SLUICE_PAGE_ORIGIN' | 'SLUICE_PAGE_LIMIT' | 'SLUICE_PAGE_SHAPE'
  override readonly name = 'PaginationError'
  /** Number of the page with the problem, from 1. */
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

/** Set of texts of any length and number, stored as the first 16 characters of their digests (96 bits). */
export class SeenBefore {
  readonly #digests = new Set<string>()

  /** Returns true if the text was added before, and adds it. */
  has(text: string): boolean {
    const digest = digestOf(text)
    if (this.#digests.has(digest)) return true
    this.#digests.add(digest)
    return false
  }
}

/** The first 96 bits of SHA-256. */
export function digestOf(text: string): string {
  return textOf(sha256(text), 'base64url').slice(0, 16)
}
