import { isSharedStore } from 'sluice/internal'
import type { RunStore, StoredRun } from 'sluice/stores'
import { workersOf } from '../figures/shown-run.ts'
import { shellWord } from '../terminal/text.ts'

/** Control command: `pause`, `continue` or `stop`. */
export type Order = 'pause' | 'continue' | 'stop'

/** Requested state for each control command. */
export const orderStates = { pause: 'paused', continue: 'running', stop: 'stopped' } as const

/** Effect of a control command on a run, and the command to type next. */
export async function orderText(order: Order, run: StoredRun, store: RunStore, flag: string): Promise<string> {
  const name = shellWord(run.name)
  const isAtWork = await isWorkedOn(run, store)
  const goOn = run.isShared === true ? `sluice runs continue ${name}${flag}` : `sluice resume ${name}${flag}`
  switch (order) {
    case 'pause':
      return `paused; to continue: sluice runs continue ${name}${flag}`
    case 'stop':
      return `stopped; calls in flight may finish; to continue: ${goOn}`
    case 'continue':
      if (isAtWork) return 'continues'
      return run.isShared === true
        ? `continues as soon as a worker runs: sluice worker${flag}`
        : `no process works on it; to continue: sluice resume ${name}${flag}`
  }
}

async function isWorkedOn(run: StoredRun, store: RunStore): Promise<boolean> {
  if (run.isShared !== true || !isSharedStore(store)) return run.claimedBy !== undefined
  const workers = await store.workers()
  return workers.some(({ isAlive, isDraining }) => isAlive && !isDraining) || workersOf(run, workers) > 0
}
