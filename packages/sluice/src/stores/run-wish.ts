import { parseRates } from '../algorithms/rate/rate.ts'
import { wholeNumber } from '../errors/checks.ts'
import { checkedCost } from '../http/cost.ts'
import type { Cost } from '../http/request.ts'
import { parsed, written } from './plain-data.ts'

/** Wishes for a run from outside. The process or the workers of the run apply them within a second. */
export interface RunWish {
  /** `paused`: nothing is sent until `running`. `stopped`: its processes leave the run; a resume continues it. */
  readonly state: 'running' | 'paused' | 'stopped'
  /** Rates that replace those the run started with, such as `50/s`. */
  readonly rate?: readonly string[] | undefined
  /** Concurrency that replaces the one the run started with. */
  readonly concurrency?: number | undefined
  /** Budget that replaces the one the run started with, by unit. */
  readonly budget?: Cost | undefined
}

/** Change of the wishes for a run. Missing fields stay unchanged; null removes a wish. */
export interface RunSteering {
  readonly state?: RunWish['state'] | undefined
  readonly rate?: readonly string[] | null | undefined
  readonly concurrency?: number | null | undefined
  readonly budget?: Cost | null | undefined
  /** Priority of a shared run among others: greater numbers go first. */
  readonly priority?: number | undefined
}

/** Wish of a run that was never steered. */
export const noWish: RunWish = { state: 'running' }

/** Validates a change and returns it. @throws SettingsError that names the invalid field, before anything is stored */
export function checkedSteering(steering: RunSteering): RunSteering {
  const { rate, concurrency, budget, priority } = steering
  if (rate != null) parseRates('rate', rate)
  if (concurrency != null) wholeNumber('concurrency', concurrency, 1)
  if (budget != null) checkedCost('budget', budget)
  if (priority !== undefined) wholeNumber('priority', priority, -1_000, 1_000)
  return steering
}

/** Applies a change to a wish. */
export function steeredWish(wish: RunWish, { priority: _priority, ...change }: RunSteering): RunWish {
  const given = Object.entries(change).filter(([, value]) => value !== undefined)
  const merged = Object.entries({ ...wish, ...Object.fromEntries(given) }).filter(([, value]) => value !== null)
  return Object.fromEntries(merged) as unknown as RunWish
}

/** Serializes a wish; undefined for `noWish`. */
export function writtenWish(wish: RunWish): string | undefined {
  const text = written(wish)
  return text === written(noWish) ? undefined : text
}

/** Parses a wish; `noWish` if there is none. */
export function parsedWish(text: unknown): RunWish {
  return parsed<RunWish>(text) ?? noWish
}
