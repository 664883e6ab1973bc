import type { EndFigures } from '@sluice/report'
import { formatDuration } from 'sluice'
import type { StoredRun } from 'sluice/stores'
import { parsers } from '../flags/values.ts'
import type { Thresholds } from './exit-code.ts'

/** Thresholds that a run can miss. */
type MissableThresholds = Pick<Thresholds, 'minSuccess' | 'maxP95' | 'maxFailedShare'>

/** Sentences about the thresholds that a run has missed. */
export function missedThresholds(
  { succeeded, failed, done, attemptMs }: Pick<EndFigures, 'succeeded' | 'failed' | 'done' | 'attemptMs'>,
  { minSuccess, maxP95, maxFailedShare }: MissableThresholds,
): string[] {
  const share = (part: number): string => `${Math.round(part * 10_000) / 100} %`
  const missed: string[] = []
  if (minSuccess !== undefined && done > 0 && succeeded / done < minSuccess)
    missed.push(`threshold missed: ${share(succeeded / done)} succeeded, --min-success is ${share(minSuccess)}`)
  // Without --fail-on any failure counts, and the counts already show it.
  if (maxFailedShare > 0 && done > 0 && failed / done > maxFailedShare)
    missed.push(`threshold missed: ${share(failed / done)} failed, --fail-on is ${share(maxFailedShare)}`)
  if (maxP95 !== undefined && attemptMs.p95 > maxP95)
    missed.push(
      `threshold missed: 95 % of the attempts took up to ${formatDuration(attemptMs.p95)}, --max-p95 is ${formatDuration(maxP95)}`,
    )
  return missed
}

/** Thresholds that a stored run was started with. */
export function storedThresholds({ settings }: Pick<StoredRun, 'settings'>): MissableThresholds {
  const { flags = {} } = (settings ?? {}) as { flags?: Readonly<Record<string, unknown>> }
  const { minSuccess, maxP95, failOn } = flags
  return {
    minSuccess: minSuccess === undefined ? undefined : parsers.share(String(minSuccess), '--min-success'),
    maxP95: maxP95 === undefined ? undefined : parsers.duration(String(maxP95), '--max-p95'),
    maxFailedShare: failOn === undefined ? 0 : parsers.failureShare(String(failOn), '--fail-on'),
  }
}
