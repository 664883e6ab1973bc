/** A unit in which an axis counts, so that its ticks are round. */
export interface TimeUnit {
  readonly name: string
  readonly milliseconds: number
}

const units: readonly (TimeUnit & { readonly upTo: number })[] = [
  { name: 'milliseconds', milliseconds: 1, upTo: 2_000 },
  { name: 'seconds', milliseconds: 1_000, upTo: 600_000 },
  { name: 'minutes', milliseconds: 60_000, upTo: 4 * 3_600_000 },
  { name: 'hours', milliseconds: 3_600_000, upTo: 4 * 86_400_000 },
  { name: 'days', milliseconds: 86_400_000, upTo: Number.POSITIVE_INFINITY },
]

/** The unit for an axis that goes up to so many milliseconds. */
export function timeUnitFor(most: number): TimeUnit {
  return units.find(({ upTo }) => most < upTo) ?? units[0]!
}
