import { type ClientOptions, type RequestSpec, SettingsError } from 'sluice'
import { type BenchmarkOptions, planBenchmark } from 'sluice/benchmark'
import type { BenchmarkPlan } from 'sluice/internal'
import { type BenchFlags, benchFlags } from '../../flags/fetch-flags.ts'
import { type InputPlan, knownTotal, readInputs } from '../../inputs/read-inputs.ts'
import { withDefaults } from '../../jobs/requests.ts'
import { type PlanContext, type PlanFindings, resolveInput, resolveOptions } from '../../plan/request-plan.ts'
import { bodyValue } from '../../plan/secrets.ts'
import { isTemplatedMethod } from '../../plan/template-texts.ts'
import { countText } from '../../terminal/text.ts'

/** A `bench` as options of the library: its flags, parsed and checked. */
export interface BenchPlan extends PlanFindings {
  readonly input: InputPlan
  /** Defaults for requests that do not set them. */
  readonly defaults: Pick<RequestSpec, 'method' | 'body' | 'readAs'>
  readonly client: ClientOptions
  readonly options: BenchmarkOptions
  /** Rows to measure, and the maximum number of requests. */
  readonly measured: BenchmarkPlan
}

/** Parses the flags. @throws SettingsError with the flag, the expected and the actual value */
export function resolveBenchPlan(urls: readonly string[], flags: BenchFlags, context: PlanContext): BenchPlan {
  // The method of a row is not known yet; `--json` is an output file here.
  const known = (isTemplatedMethod(flags) ? { ...flags, method: undefined } : flags) as BenchFlags
  const { client, input, defaults, bench, secrets, warnings } = resolveOptions(benchFlags, known, context)
  return {
    input: resolveInput(urls, input, { ...flags, json: undefined }, context),
    defaults: {
      ...defaults,
      // Parsing bodies is not part of the API's time.
      readAs: 'bytes',
      ...(flags.data === undefined ? undefined : { body: bodyValue('--data', flags.data, context.env) }),
    },
    client,
    options: bench,
    measured: planBenchmark(bench),
    secrets,
    warnings,
  }
}

/** Requests to measure. */
export interface BenchRequests {
  readonly requests: readonly RequestSpec[]
  /** Note about inputs that were left out. */
  readonly note: string | undefined
}

/** Reads only as much input as needed. @throws SettingsError at the first invalid input */
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
  await items.return?.()
  if (requests.length === 0 && !signal.aborted)
    throw new SettingsError('there is nothing to measure: the input has no requests')
  return { requests, note: isWhole ? undefined : leftOut(plan, count) }
}

function leftOut({ input }: BenchPlan, count: number): string | undefined {
  const total = knownTotal(input)
  if (total === count) return undefined
  return total === undefined
    ? `only the first ${countText(count)} requests of the input are used; -n uses more`
    : `only the first ${countText(count)} of ${countText(total)} URLs are used; -n uses more`
}
