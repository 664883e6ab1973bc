import type { Random } from 'sluice'
import { type Fault, type FaultName, type FaultSettings, faultOf } from './fault.ts'

/** A fault, or an error status, and how often it happens. */
export interface FaultShare {
  readonly fault: FaultName | number
  /** The text behind `=`: `CANCEL` of `rst=CANCEL`. */
  readonly detail?: string
  readonly share: number
}

/** What goes wrong with the next answer, if anything does. */
export function drawFault(faults: readonly FaultShare[], settings: FaultSettings, random: Random): Fault | undefined {
  if (faults.length === 0) return undefined
  let left = random()
  for (const { fault, share, detail } of faults) {
    if (left < share) return faultOf(fault, settings, detail)
    left -= share
  }
  return undefined
}
