import { monitorEventLoopDelay, performance } from 'node:perf_hooks'
import { cpuUsage } from 'node:process'

/** Cost on this machine. */
export interface EffortReading {
  /** The share of the time in which the event loop was busy, 0 to 1. */
  readonly loopBusy: number
  /** Milliseconds by which the event loop came late to what was due, in the mean. */
  readonly loopDelay: number
  /** Cores that this process used. */
  readonly cpu: number
}

/** Measures what something costs this machine: from `begin` to the call of what that returns. */
export interface Effort {
  begin(): () => EffortReading
}

/** How often the event loop is asked whether it is late, in milliseconds. */
const resolution = 10

/** This process: its event loop, and the CPU of all its threads. */
export const systemEffort: Effort = {
  begin() {
    const loopBefore = performance.eventLoopUtilization()
    const cpuBefore = cpuUsage()
    const begunAt = performance.now()
    const delays = monitorEventLoopDelay({ resolution })
    delays.enable()
    return () => {
      delays.disable()
      const { user, system } = cpuUsage(cpuBefore)
      const elapsed = performance.now() - begunAt
      return {
        // What is recorded is the time between two questions, in nanoseconds.
        loopDelay: delays.count === 0 ? 0 : Math.max(0, delays.mean / 1e6 - resolution),
        loopBusy: performance.eventLoopUtilization(loopBefore).utilization,
        cpu: elapsed === 0 ? 0 : (user + system) / 1_000 / elapsed,
      }
    }
  },
}
