/**
 * Tools for testing programs that use Sluice: a clock that is moved by hand, an API whose answers are scripted, shared limits in memory.
 *
 * @module sluice/testing
 */

export { seededRandom } from '../random/random.ts'
export { ManualClock } from './manual-clock.ts'
export { MemorySharedLimits } from './memory-shared-limits.ts'
export { type ScriptedAnswer, type ScriptedApi, scriptedApi } from './scripted-api.ts'
