import type { Emitter } from '../../events/emitter.ts'
import type { Clock } from '../../time/clock.ts'
import type { Judgement } from '../classify.ts'
import type { Outcome } from '../outcome.ts'
import type { Gate } from './gate.ts'

export interface AdmissionSettings {
  readonly clock: Clock
  readonly events: Emitter
  /** The limits that hold for all partitions together. Earlier ones are named first as the reason of a wait. */
  readonly sharedGates: readonly Gate[]
  /** Makes the limits of one partition. */
  readonly partitionGates: (partition: string) => readonly Gate[]
  readonly judge: (outcome: Outcome) => Judgement
  /** More than this many waiting calls are refused. */
  readonly maxWaiting: number
}
