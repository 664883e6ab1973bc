import { type RequestSpec, SettingsError } from 'sluice'
import { readInputs } from '../inputs/read-inputs.ts'
import { countText } from '../reporters/count-text.ts'
import { knownTotal } from '../run/known-total.ts'
import { withDefaults } from '../run/requests.ts'
import type { BenchPlan } from './bench-plan.ts'

/** The requests that are measured. */
export interface BenchRequests {
  readonly requests: readonly RequestSpec[]
  /** What was left out, if anything was. */
  readonly note: string | undefined
}

/** Reads no more of the input than is needed. @throws SettingsError at the first bad input. */
export async function readBenchRequests(plan: BenchPlan, signal: AbortSignal): Promise<BenchRequests> {
  const { requestsPerRow: count } = plan.measured
  const requests: RequestSpec[] = []
  const items = readInputs({ ...plan.input, signal })
  let isWhole = false
  while (requests.length < count) {
    const next = await items.next()
    if (next.done === true) {
      isWhole = true
      break
    }
    if (!next.value.ok) throw next.value.error
    requests.push(withDefaults(next.value.request, plan.defaults))
  }
  await items.return()
  if (requests.length === 0 && !signal.aborted)
    throw new SettingsError('there is nothing to measure: the input has no request')
  return { requests, note: isWhole ? undefined : leftOut(plan, count) }
}

function leftOut({ input }: BenchPlan, count: number): string | undefined {
  const total = knownTotal(input)
  if (total === count) return undefined
  return total === undefined
    ? `the first ${countText(count)} requests of the input are taken, and no more of it is read; -n takes more`
    : `of ${countText(total)} URLs the first ${countText(count)} are taken; -n takes more`
}
