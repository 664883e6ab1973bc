import { chunkFaults } from './chunks.ts'
import type { WireForm } from './form.ts'
import { headFaults } from './heads.ts'
import { lengthFaults } from './lengths.ts'
import { streamFaults } from './streams.ts'

/** Names of the faults of bytes and frames. */
export type WireFaultName =
  | keyof typeof headFaults
  | keyof typeof lengthFaults
  | keyof typeof chunkFaults
  | keyof typeof streamFaults

/** All faults of bytes and frames, by name. */
export const wireFaults: Readonly<Record<WireFaultName, WireForm>> = {
  ...headFaults,
  ...lengthFaults,
  ...chunkFaults,
  ...streamFaults,
}

export const wireFaultNames: readonly WireFaultName[] = Object.keys(wireFaults) as WireFaultName[]
