import type { RunWish } from 'sluice/internal'
import { shellWord } from './text.ts'

/** Messages of the process that performs a run when its requested state or limits change. */
export function stateChangeTexts(wish: RunWish, before: RunWish): string[] {
  const states = { paused: 'paused by sluice runs pause', running: 'continued', stopped: 'stopped by sluice runs stop' }
  const limits = limitTexts(changedLimits(wish, before))
  return [
    ...(wish.state === before.state ? [] : [states[wish.state]]),
    ...(limits.length === 0 ? [] : [`${limits.join(', ')} by sluice runs set`]),
  ]
}

function changedLimits(wish: RunWish, before: RunWish): Omit<RunWish, 'state'> {
  const names = ['rate', 'concurrency', 'budget'] as const
  const changed = names.filter((name) => JSON.stringify(wish[name]) !== JSON.stringify(before[name]))
  return Object.fromEntries(changed.map((name) => [name, wish[name]]))
}

/** Limits as command-line flags. */
export function limitTexts({ rate, concurrency, budget }: Omit<RunWish, 'state'>): string[] {
  return [
    ...(rate ?? []).map((one) => `--rate ${shellWord(one)}`),
    ...(concurrency === undefined ? [] : [`--concurrency ${concurrency}`]),
    ...Object.entries(budget ?? {}).map(([unit, amount]) => `--budget ${unit}=${amount}`),
  ]
}
