import type { CallResult } from 'sluice'

/** The value of `Server-Timing` for a call: its wait in the queue and between attempts, the upstream's time, and its attempts. */
export function serverTiming({ timing, attempts }: Pick<CallResult, 'timing' | 'attempts'>): string {
  const queue = timing.queued + timing.backoff
  const upstream = timing.connect + timing.firstByte
  return `queue;dur=${shown(queue)}, upstream;dur=${shown(upstream)}, attempts;desc="${attempts.length}"`
}

/** Milliseconds with one digit. */
function shown(milliseconds: number): number {
  return Math.round(milliseconds * 10) / 10
}
