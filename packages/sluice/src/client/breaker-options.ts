import type { BreakerOptions as BreakerNumbers } from '../algorithms/breaker/breaker.ts'
import { checkNames, type OptionNames, wholeNumber } from '../errors/checks.ts'
import { unexpected } from '../errors/settings-error.ts'
import type { GiveUpAfter } from '../policies/admission/gates/breaker-gate.ts'
import { type Duration, parseDuration } from '../time/duration.ts'

/** When a partition that fails is given a rest, and for how long. */
export interface BreakerOptions {
  /** Opens at this share of failures within the window. @default 0.5 */
  readonly failureRatio?: number | undefined
  /** Fewer calls than this within the window say nothing. @default 20 */
  readonly minCalls?: number | undefined
  /** The time over which failures are counted, in ten slices. @default '10s' */
  readonly window?: Duration | undefined
  /** Opens after this many failures in a row, however few calls there are. @default 10 */
  readonly consecutiveFailures?: number | undefined
  /** Time for which it is open at first; doubled each time the probes fail. @default '5s' */
  readonly openFor?: Duration | undefined
  /** The longest time for which it is open. @default '60s' */
  readonly maxOpenFor?: Duration | undefined
  /** Calls that may find out whether the server is back. @default 1 */
  readonly probes?: number | undefined
  /** A probe without an answer after this time counts as lost, and another may go. @default '60s' */
  readonly probeTimeout?: Duration | undefined
}

const names: OptionNames<BreakerOptions> = {
  failureRatio: true,
  minCalls: true,
  window: true,
  consecutiveFailures: true,
  openFor: true,
  maxOpenFor: true,
  probes: true,
  probeTimeout: true,
}
const counts = ['minCalls', 'consecutiveFailures', 'probes'] as const
const times = ['window', 'openFor', 'maxOpenFor', 'probeTimeout'] as const

/** Completes and checks the options; nothing for `false`. @throws SettingsError that names the option */
export function resolveBreaker(breaker: BreakerOptions | false | undefined): BreakerNumbers | undefined {
  if (breaker === false) return undefined
  if (breaker === undefined) return {}
  checkNames('breaker.', breaker, names)
  const { failureRatio } = breaker
  if (failureRatio !== undefined && !(failureRatio > 0 && failureRatio <= 1)) {
    throw unexpected('breaker.failureRatio', 'a share above 0, at most 1', failureRatio)
  }
  const numbers: Record<string, number> = failureRatio === undefined ? {} : { failureRatio }
  for (const name of counts) {
    const value = breaker[name]
    if (value !== undefined) numbers[name] = wholeNumber(`breaker.${name}`, value, 1)
  }
  for (const name of times) {
    const value = breaker[name]
    if (value !== undefined) numbers[name] = longerThanNothing(`breaker.${name}`, value)
  }
  return Object.freeze(numbers)
}

function longerThanNothing(name: string, value: Duration): number {
  const milliseconds = parseDuration(name, value)
  if (milliseconds > 0) return milliseconds
  throw unexpected(name, 'a duration above 0', value)
}

/** Completes the option. */
export function resolveGiveUp(giveUpAfter: Duration | undefined): GiveUpAfter {
  const given = giveUpAfter === undefined ? undefined : parseDuration('giveUpAfter', giveUpAfter)
  return { neverWorked: given ?? 30_000, hasWorked: given ?? 300_000 }
}
