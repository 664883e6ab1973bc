import { totalmem } from 'node:os'
import { getHeapStatistics } from 'node:v8'

/** Approximate memory of Node.js and Sluice without any bodies, in bytes. */
const usualMemory = 96 * 1024 * 1024
const leastForBodies = 16 * 1024 * 1024

/**
 * Half of the available memory, according to the lowest limit: of the container (0 without one), the machine or the V8
 * heap.
 */
export function memoryForBodies(
  container: number = process.constrainedMemory(),
  machine: number = totalmem(),
  heap: number = getHeapStatistics().heap_size_limit,
): number {
  const limit = Math.min(container > 0 ? container : Number.POSITIVE_INFINITY, machine, heap)
  return Math.max(leastForBodies, Math.floor((limit - usualMemory) / 2))
}
