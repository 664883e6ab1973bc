import { performance } from 'node:perf_hooks'
import { cpuUsage } from 'node:process'

/** What something has cost this machine. */
export interface EffortReading {
  /** The share of the time in which the event loop was busy, 0 to 1. */
  readonly loopBusy: number
  /** Cores that this process used. */
  readonly cpu: number
}

/** Measures what something costs this machine: from `begin` to the call of what that returns. */
export interface Effort {
  begin(): () => EffortReading
}

/** This process: its event loop, and the CPU of all its threads. */
export const systemEffort: Effort = {
  begin() {
    const loopBefore = performance.eventLoopUtilization()
    const cpuBefore = cpuUsage()
    const begunAt = performance.now()
    return () => {
      const { user, system } = cpuUsage(cpuBefore)
      const elapsed = performance.now() - begunAt
      return {
        loopBusy: performance.eventLoopUtilization(loopBefore).utilization,
        cpu: elapsed === 0 ? 0 : (user + system) / 1_000 / elapsed,
      }
    }
  },
}
