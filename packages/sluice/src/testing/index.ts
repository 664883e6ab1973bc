export { ManualClock } from './manual-clock.ts'
export { type MemoryLimitsOptions, MemorySharedLimits } from './memory-shared-limits.ts'
