import { sha256, textOf } from '#platform'
import { SluiceError } from '../../errors/sluice-error.ts'

/** Place of a page: the parts of its request that differ from the first one's. */
export interface PagePlace {
  readonly url: string
  /** Only if it differs from the first one's. */
  readonly json?: unknown
}

/** A page that came, as far as it matters for what comes next. */
export interface PageView {
  /** Number of the page, from 1. */
  readonly number: number
  readonly place: PagePlace
  /** URL after redirects. */
  readonly url: string
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  /** Value before the schema. */
  readonly raw: unknown
  /** The same with the digits of all numbers: `raw` may have lost some. */
  exact(): unknown
  /** Its items, if it is known where they are. */
  readonly list: readonly unknown[] | undefined
}

/** The pages that follow a page. */
export type NextPages =
  | { readonly kind: 'end' }
  | { readonly kind: 'error'; readonly error: PaginationError }
  /** One page, which will tell what follows. */
  | { readonly kind: 'one'; readonly place: PagePlace }
  /** A number of pages that are known already. */
  | { readonly kind: 'many'; readonly count: number; readonly placeOf: (position: number) => PagePlace }

/** Request or end that follows a page. A page that only marks the end is not given to the caller. */
export interface PageVerdict {
  readonly isGiven: boolean
  readonly next: NextPages
}

/** Decides which pages follow, without any I/O. */
export interface PageSequence {
  readonly first: PagePlace
  /** Reads what matters of a page, which may come before its turn: small where many pages are requested together. */
  read(page: PageView): unknown
  /** Pages after this one, which is the next in order, by what was read of it. */
  after(read: unknown): PageVerdict
  /** The same after a page that failed, with the status of its answer if there was one. */
  afterFailure(status: number | undefined): PageVerdict
  /** Plain data from which a sequence goes on after the pages so far. */
  save(): unknown
}

export const end: NextPages = { kind: 'end' }

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

/** Knows texts again, however long and many they are: of each it keeps 16 letters of its digest (96 bits). */
export class SeenBefore {
  readonly #digests = new Set<string>()

  /** Answers whether it was there already, and keeps it. */
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
