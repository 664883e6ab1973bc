/** What can go wrong, by name. */
export const faultNames = [
  'reset',
  'reset-body',
  'hang',
  'hang-body',
  'truncated',
  'malformed',
  'wrong-type',
  'gzip-bomb',
  'endless',
  'drip',
  'garbage',
  'redirect-loop',
  'redirect-away',
] as const

export type FaultName = (typeof faultNames)[number]

/** What goes wrong with one answer. */
export type Fault =
  | { readonly kind: Exclude<FaultName, 'gzip-bomb' | 'drip' | 'redirect-away'> }
  | { readonly kind: 'status'; readonly status: number }
  /** Unpacks to `size` bytes. */
  | { readonly kind: 'gzip-bomb'; readonly size: number }
  /** A pause of `every` milliseconds between two pieces. */
  | { readonly kind: 'drip'; readonly every: number }
  | { readonly kind: 'redirect-away'; readonly to: string }

/** The sizes and targets that faults have unless an address says otherwise. */
export interface FaultSettings {
  readonly bombSize: number
  readonly dripEvery: number
  readonly redirectTo: string
}

/** A fault by its name or status, with the scenario's sizes. */
export function faultOf(name: FaultName | number, settings: FaultSettings): Fault {
  if (typeof name === 'number') return { kind: 'status', status: name }
  switch (name) {
    case 'gzip-bomb':
      return { kind: name, size: settings.bombSize }
    case 'drip':
      return { kind: name, every: settings.dripEvery }
    case 'redirect-away':
      return { kind: name, to: settings.redirectTo }
    default:
      return { kind: name }
  }
}
