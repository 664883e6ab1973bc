import { type Protocol, planRound, type RoundPlan } from './round-plan.ts'
import { type RoundOptions, runRound } from './run-round.ts'

export interface FuzzOptions extends RoundOptions {
  readonly seed: number
  /** Number of the first round. @default 0 */
  readonly from?: number | undefined
  /** Maximum number of rounds. The first limit reached (rounds, calls, seconds) ends the run. @default no limit */
  readonly rounds?: number | undefined
  readonly calls?: number | undefined
  readonly seconds?: number | undefined
  readonly protocols: readonly [Protocol, ...Protocol[]]
  /** Number of failed rounds after which the run ends. @default 1 */
  readonly maxFailures?: number | undefined
  readonly onFailure?: ((failure: FailedRound) => void) | undefined
}

export interface FailedRound {
  readonly plan: RoundPlan
  readonly wrong: readonly string[]
}

export interface FuzzReport {
  readonly rounds: number
  readonly calls: number
  readonly failures: readonly FailedRound[]
}

/** Plays rounds one after another until a limit is reached. */
export async function fuzz(options: FuzzOptions): Promise<FuzzReport> {
  const { seed, from = 0, rounds = Infinity, calls = Infinity, seconds = Infinity, protocols } = options
  const endsAt = performance.now() + seconds * 1_000
  const failures: FailedRound[] = []
  let done = 0
  let made = 0
  while (done < rounds && made < calls && performance.now() < endsAt && failures.length < (options.maxFailures ?? 1)) {
    const plan = planRound(seed, from + done, protocols)
    const wrong = await runRound(plan, options)
    done++
    made += callsOf(plan)
    if (wrong.length === 0) continue
    const failure = { plan, wrong }
    failures.push(failure)
    options.onFailure?.(failure)
  }
  return { rounds: done, calls: made, failures }
}

function callsOf({ uses }: RoundPlan): number {
  return uses.reduce((sum, use) => sum + (use.kind === 'try' ? 1 : use.source.items.length), 0)
}

/** Description of a failure, with everything needed to replay the round. */
export function describeFailure({ plan, wrong }: FailedRound): string {
  const { seed, round, protocol } = plan
  return [
    `seed ${seed}, round ${round} (${protocol}):`,
    ...wrong.map((text) => `  ${text}`),
    `  servers: ${JSON.stringify(plan.servers)}`,
    `  client: ${JSON.stringify(plan.client)}, closed after ${plan.closeAfter ?? 'all'}`,
    `  again: SLUICE_FUZZ_SEED=${seed} SLUICE_FUZZ_ROUND=${round} SLUICE_FUZZ_PROTOCOLS=${protocol} npm run fuzz`,
    '',
  ].join('\n')
}
