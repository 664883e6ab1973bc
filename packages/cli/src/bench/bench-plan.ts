import type { ClientOptions, RequestSpec } from 'sluice'
import { type BenchmarkOptions, planBenchmark } from 'sluice/benchmark'
import type { BenchmarkPlan } from 'sluice/internal'
import type { InputPlan } from '../inputs/read-inputs.ts'
import type { BenchFlags } from '../options/bench-options.ts'
import { parseCount } from '../options/values.ts'
import { bodyValue } from '../run/body-value.ts'
import { type PlanContext, type PlanFindings, resolveConnection, resolveInput } from '../run/request-plan.ts'

/** What `bench` is to do, as the library's options: the flags, understood and checked. */
export interface BenchPlan extends PlanFindings {
  readonly input: InputPlan
  /** What every request gets that does not say otherwise itself. */
  readonly defaults: Pick<RequestSpec, 'method' | 'body' | 'readAs'>
  readonly client: ClientOptions
  readonly options: BenchmarkOptions
  /** What will be measured, and the most that will be sent for it. */
  readonly measured: BenchmarkPlan
}

/** Understands the flags. @throws SettingsError that names the flag, what was expected, and what came. */
export function resolveBenchPlan(urls: readonly string[], flags: BenchFlags, context: PlanContext): BenchPlan {
  const findings: PlanFindings = { secrets: [], warnings: [] }
  const count = (flag: string, text: string | undefined): number | undefined =>
    text === undefined ? undefined : parseCount(flag, text, 1)
  const options: BenchmarkOptions = {
    count: count('--count', flags.count),
    levels: flags.levels?.split(',').map((level) => parseCount('--levels', level, 1)),
    repeat: count('--repeat', flags.repeat),
    auto: flags.auto,
  }
  return {
    input: resolveInput(urls, flags, context),
    defaults: {
      method: flags.method,
      // What the bodies mean does not matter here, and parsing them is not the API's time.
      readAs: 'bytes',
      ...(flags.data === undefined ? undefined : { body: bodyValue('--data', flags.data, context.env) }),
    },
    client: resolveConnection(flags, context, findings),
    options,
    measured: planBenchmark(options),
    ...findings,
  }
}
