import type { WireFault } from './plan.ts'

/** A wire fault, before its detail is known. */
export interface WireForm {
  readonly detail?: Detail
  /** `every` is the scenario's pause between two pieces. */
  readonly make: (detail: string, every: number) => WireFault
}

/** Detail of a fault, the text after `=` in `rst=CANCEL`: accepted forms and default. */
export interface Detail {
  readonly expected: string
  readonly standard: string
  readonly fits: (text: string) => boolean
}

export function count(standard: number | 'half', min: number, max: number): Detail {
  return {
    expected: `a whole number from ${min} to ${max}`,
    standard: String(standard),
    fits: (text) => /^\d{1,9}$/.test(text) && Number(text) >= min && Number(text) <= max,
  }
}

/** One of several names; the first is the default. */
export function choice(...names: readonly [string, ...string[]]): Detail {
  return { expected: `one of ${names.join(', ')}`, standard: names[0], fits: (text) => names.includes(text) }
}

/** Printable text without spaces. */
export function word(standard: string): Detail {
  return { expected: 'a word', standard, fits: (text) => /^[\x21-\x7e]{1,100}$/.test(text) }
}
