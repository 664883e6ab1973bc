import { countGlob } from '../inputs/expand-glob.ts'
import type { InputPlan } from '../inputs/read-inputs.ts'

/** How many there are, if only URLs were typed: those can be counted without being read. */
export function knownTotal({ urls = [], files = [], glob = true }: InputPlan): number | undefined {
  if (files.length > 0) return undefined
  try {
    return urls.reduce((sum, url) => sum + (glob ? countGlob(url) : 1), 0)
  } catch {
    // A pattern that cannot be read is reported in its turn.
    return undefined
  }
}
