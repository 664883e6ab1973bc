import type { Gate } from './gate.ts'
import type { Partition } from './partition.ts'

/**
 * Tells gates that ask elsewhere of a call that they alone hold up. Of others they are not told: what is asked for and not
 * used is lost to everybody. Places come before permits, which do not wait.
 */
export function reserveAhead(
  { gates, line }: Partition,
  shared: readonly Gate[],
  now: number,
  weight: number,
  waiting: number,
): void {
  const own = gates.some(isAsking)
  if (!own && !shared.some(isAsking)) return
  const all = [...gates, ...shared]
  const isHeldBy = (kind: Gate['reserves']): boolean =>
    all.some((gate) => gate.reserves === kind && gate.ask(now, weight).kind !== 'go')
  if (isHeldBy(undefined)) return
  const kind = isHeldBy('places') ? 'places' : 'permits'
  for (const gate of gates) if (gate.reserves === kind) gate.reserve?.(now, weight, line.size)
  for (const gate of shared) if (gate.reserves === kind) gate.reserve?.(now, weight, waiting)
}

function isAsking({ reserves }: Gate): boolean {
  return reserves !== undefined
}
