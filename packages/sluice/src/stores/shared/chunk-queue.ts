import type { Chunk, HeldChunk } from './chunk.ts'

/**
 * Who does which chunk next. A hint and no more: what is to be done is known by the results, and whether somebody still
 * may settle by the epoch of the chunk. Five verbs, so that another engine can take its place.
 */
export interface ChunkQueue {
  /** Puts chunks in line, at once or at a date in milliseconds since the epoch. One that stands there already stays as it is. */
  enqueue(runId: number, chunks: readonly Chunk[], startAt?: number): Promise<void>
  /** Takes the first chunks of a run out of the line, at most so many, each in a new epoch. */
  claim(runId: number, count: number, worker: number): Promise<readonly HeldChunk[]>
  /** Says that the worker is alive. Answers which of the chunks are still its own. */
  heartbeat(chunks: readonly HeldChunk[]): Promise<readonly HeldChunk[]>
  /**
   * The worker has done what it can of the chunk. If any item has no result yet, it stands in line again: at once, or at a
   * date in milliseconds since the epoch. One that is not the worker's any more is left alone, here and below.
   */
  complete(chunk: HeldChunk, dueAt?: number): Promise<void>
  /** Gives a chunk back that is not done, for another worker, at once. */
  release(chunk: HeldChunk): Promise<void>
}
