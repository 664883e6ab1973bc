import { systemClock } from 'sluice/internal'
import { MemorySharedLimits } from 'sluice/testing'
import { sharedLimitsContract } from './shared-limits-contract.ts'

sharedLimitsContract('in memory', async () => {
  const limits = new MemorySharedLimits({ clock: systemClock })
  return { join: (name) => limits.join(name), close: async () => {} }
})
