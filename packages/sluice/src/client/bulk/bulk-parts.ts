import type { Emitter } from '../../events/emitter.ts'
import type { Admission } from '../../policies/admission/admission.ts'
import type { ConcurrencyGate } from '../../policies/admission/gates/concurrency-gate.ts'
import type { Costs } from '../../policies/costs/costs.ts'
import type { Clock } from '../../time/clock.ts'
import type { Caller } from '../caller.ts'
import type { CallResult } from '../result.ts'
import type { OpenRuns } from './open-runs.ts'

/** Parts of a client that a bulk run uses. */
export interface BulkParts {
  readonly caller: Caller
  readonly admission: Admission
  readonly concurrency: ConcurrencyGate
  readonly runs: OpenRuns
  readonly clock: Clock
  readonly events: Emitter
  readonly costs: Costs
  /** Deadline of the client, in milliseconds. */
  readonly deadline: number
  /** Telemetry context in which the run was started. */
  readonly scope: unknown
  /** Result as the reader of the run gets it, with its error mapped. */
  readonly handOver: (result: CallResult) => CallResult
}
