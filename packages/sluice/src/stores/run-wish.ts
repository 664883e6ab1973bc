import { parseRates } from '../algorithms/rate/rate.ts'
import { wholeNumber } from '../errors/checks.ts'
import { checkedCost } from '../http/cost.ts'
import type { Cost } from '../http/request.ts'
import { parsed, written } from './plain-data.ts'

/** Wishes for a run that come from outside; the process or the workers that do the run obey within a second. */
export interface RunWish {
  /** `paused`: nothing is sent until `running`. `stopped`: the processes that do the run leave it, and a resume goes on. */
  readonly state: 'running' | 'paused' | 'stopped'
  /** Rates in place of those that the run began with, such as `50/s`. */
  readonly rate?: readonly string[] | undefined
  /** Concurrency in place of that the run began with. */
  readonly concurrency?: number | undefined
  /** Budget in place of that the run began with, by unit. */
  readonly budget?: Cost | undefined
}

/** Change of the wishes for a run: what is missing stays as it is, and null takes a wish back. */
export interface RunSteering {
  readonly state?: RunWish['state'] | undefined
  readonly rate?: readonly string[] | null | undefined
  readonly concurrency?: number | null | undefined
  readonly budget?: Cost | null | undefined
  /** Turn of a shared run among others: those of a greater number go first. */
  readonly priority?: number | undefined
}

/** Wish of a run that was never steered. */
export const noWish: RunWish = { state: 'running' }

/** The change itself. @throws SettingsError that names what is wrong in it, before anything of it is kept */
export function checkedSteering(steering: RunSteering): RunSteering {
  const { rate, concurrency, budget, priority } = steering
  if (rate != null) parseRates('rate', rate)
  if (concurrency != null) wholeNumber('concurrency', concurrency, 1)
  if (budget != null) checkedCost('budget', budget)
  if (priority !== undefined) wholeNumber('priority', priority, -1_000, 1_000)
  return steering
}

/** The wish after a change. */
export function steeredWish(wish: RunWish, { priority: _priority, ...change }: RunSteering): RunWish {
  const given = Object.entries(change).filter(([, value]) => value !== undefined)
  const merged = Object.entries({ ...wish, ...Object.fromEntries(given) }).filter(([, value]) => value !== null)
  return Object.fromEntries(merged) as unknown as RunWish
}

/** A wish as text; undefined for none. */
export function writtenWish(wish: RunWish): string | undefined {
  const text = written(wish)
  return text === written(noWish) ? undefined : text
}

/** The wish that was written. */
export function parsedWish(text: unknown): RunWish {
  return parsed<RunWish>(text) ?? noWish
}
