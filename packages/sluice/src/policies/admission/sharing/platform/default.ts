import { SharedGates, type SharedGatesParts } from '../shared-gates.ts'

/** Creates the gates of `sharedLimits`. */
export function createSharedGates(parts: SharedGatesParts): SharedGates {
  return new SharedGates(parts)
}
