import { formatDuration } from 'sluice'
import type { Thresholds } from './exit-code.ts'
import type { RunSummary } from './run-figures.ts'

/** Thresholds that a run has missed, in sentences. */
export function missedThresholds(
  { succeeded, done, attemptMs }: Pick<RunSummary, 'succeeded' | 'done' | 'attemptMs'>,
  { minSuccess, maxP95 }: Thresholds,
): string[] {
  const share = (part: number): string => `${Math.round(part * 10_000) / 100} %`
  const missed: string[] = []
  if (minSuccess !== undefined && done > 0 && succeeded / done < minSuccess)
    missed.push(`threshold missed: ${share(succeeded / done)} succeeded, --min-success is ${share(minSuccess)}`)
  if (maxP95 !== undefined && attemptMs.p95 > maxP95)
    missed.push(
      `threshold missed: 95 % of the attempts took up to ${formatDuration(attemptMs.p95)}, --max-p95 is ${formatDuration(maxP95)}`,
    )
  return missed
}
