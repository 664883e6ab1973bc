/**
 * Test tools: a manual clock, an API with scripted responses, and shared limits in memory.
 *
 * @module sluice/testing
 */

export { seededRandom } from '../random/random.ts'
export { ManualClock } from './manual-clock.ts'
export { MemorySharedLimits } from './memory-shared-limits.ts'
export { type ScriptedAnswer, type ScriptedApi, scriptedApi } from './scripted-api.ts'
