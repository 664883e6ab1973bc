import { monitorEventLoopDelay, performance } from 'node:perf_hooks'
import { cpuUsage } from 'node:process'

/** Load of this machine. */
export interface EffortReading {
  /** Share of the time in which the event loop was busy, 0 to 1. */
  readonly loopBusy: number
  /** Mean delay of the event loop in milliseconds. */
  readonly loopDelay: number
  /** CPU cores used by this process. */
  readonly cpu: number
}

/** Measures the load of this machine between `begin` and the call of the function that it returns. */
export interface Effort {
  begin(): () => EffortReading
}

/** Resolution of the event loop delay in milliseconds. */
const resolution = 10

/** This process: its event loop, and the CPU time of all its threads. */
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
        // The histogram holds the interval between two samples in nanoseconds.
        loopDelay: delays.count === 0 ? 0 : Math.max(0, delays.mean / 1e6 - resolution),
        loopBusy: performance.eventLoopUtilization(loopBefore).utilization,
        cpu: elapsed === 0 ? 0 : (user + system) / 1_000 / elapsed,
      }
    }
  },
}
