import type { Detail } from '../detail.ts'
import type { WireFault } from '../plan.ts'

/** A fault of bytes and frames, before its detail is known. */
export interface WireForm {
  readonly detail?: Detail
  /** `every` is the scenario's pause between two pieces. */
  readonly make: (detail: string, every: number) => WireFault
}
