import type { CallResult } from 'sluice'

/** Value of `Server-Timing` for a call: wait in the queue and between attempts, upstream time, number of attempts. */
export function serverTiming({ timing, attempts }: Pick<CallResult, 'timing' | 'attempts'>): string {
  const queue = timing.queued + timing.backoff
  const upstream = timing.connect + timing.firstByte
  return `queue;dur=${shown(queue)}, upstream;dur=${shown(upstream)}, attempts;desc="${attempts.length}"`
}

/** Rounds milliseconds to one decimal. */
function shown(milliseconds: number): number {
  return Math.round(milliseconds * 10) / 10
}
