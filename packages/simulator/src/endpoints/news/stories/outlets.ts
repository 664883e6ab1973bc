/** A made-up paper. */
export interface Outlet {
  /** How NewsAPI's look-alike calls it; some are without. */
  readonly id: string | null
  readonly name: string
  readonly domain: string
}

/** Under a name that can never be anybody's. */
export const outlets: readonly Outlet[] = [
  { id: 'harbour-post', name: 'Harbour Post', domain: 'harbour-post.example' },
  { id: 'the-lantern', name: 'The Lantern', domain: 'lantern.example' },
  { id: 'northern-wire', name: 'Northern Wire', domain: 'northern-wire.example' },
  { id: 'daily-ledger', name: 'Daily Ledger', domain: 'daily-ledger.example' },
  { id: null, name: 'Field & Forge', domain: 'field-and-forge.example' },
  { id: null, name: 'Quillon Evening', domain: 'quillon-evening.example' },
]
