import type { BreakerOptions as BreakerNumbers } from '../algorithms/breaker/breaker.ts'
import { checkNames, type OptionNames, wholeNumber } from '../errors/checks.ts'
import { unexpected } from '../errors/settings-error.ts'
import type { GiveUpAfter } from '../policies/admission/gates/breaker-gate.ts'
import { type Duration, parseDuration } from '../time/duration.ts'

/** Options of the circuit breaker: when a failing partition is paused, and for how long. */
export interface BreakerOptions {
  /** Opens at this share of failures within the window. @default 0.5 */
  readonly failureRatio?: number | undefined
  /** Minimum number of calls within the window before `failureRatio` applies. @default 20 */
  readonly minCalls?: number | undefined
  /** Length of the window over which failures are counted, in ten slices. @default '10s' */
  readonly window?: Duration | undefined
  /** Opens after this many consecutive failures, even with fewer than `minCalls` calls. @default 10 */
  readonly consecutiveFailures?: number | undefined
  /** Initial open time, doubled each time the probes fail. @default '5s' */
  readonly openFor?: Duration | undefined
  /** Maximum open time. @default '60s' */
  readonly maxOpenFor?: Duration | undefined
  /** Number of calls that probe whether the server has recovered. @default 1 */
  readonly probes?: number | undefined
  /** Timeout of a probe. After it the probe counts as lost, and another may start. @default '60s' */
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

/** Validates the options and fills in defaults; undefined for `false`. @throws SettingsError that names the option */
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

/** Parses the option and fills in its default. */
export function resolveGiveUp(giveUpAfter: Duration | undefined): GiveUpAfter {
  const given = giveUpAfter === undefined ? undefined : parseDuration('giveUpAfter', giveUpAfter)
  return { neverWorked: given ?? 30_000, hasWorked: given ?? 300_000 }
}
