import type { EndFigures } from '@sluice/report'
import { formatDuration } from 'sluice'
import type { Thresholds } from './exit-code.ts'

/** Thresholds that a run has missed, in sentences. */
export function missedThresholds(
  { succeeded, failed, done, attemptMs }: Pick<EndFigures, 'succeeded' | 'failed' | 'done' | 'attemptMs'>,
  { minSuccess, maxP95, maxFailedShare }: Thresholds,
): string[] {
  const share = (part: number): string => `${Math.round(part * 10_000) / 100} %`
  const missed: string[] = []
  if (minSuccess !== undefined && done > 0 && succeeded / done < minSuccess)
    missed.push(`threshold missed: ${share(succeeded / done)} succeeded, --min-success is ${share(minSuccess)}`)
  // Every failure counts without --fail-on: that is what the counts say anyway.
  if (maxFailedShare > 0 && done > 0 && failed / done > maxFailedShare)
    missed.push(`threshold missed: ${share(failed / done)} failed, --fail-on is ${share(maxFailedShare)}`)
  if (maxP95 !== undefined && attemptMs.p95 > maxP95)
    missed.push(
      `threshold missed: 95 % of the attempts took up to ${formatDuration(attemptMs.p95)}, --max-p95 is ${formatDuration(maxP95)}`,
    )
  return missed
}
