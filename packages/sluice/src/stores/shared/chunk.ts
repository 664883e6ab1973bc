/** Neighbouring items of a shared run that one worker does at a time: what the queue hands out. */
export interface Chunk {
  readonly runId: number
  /** From 0, in the order of the input. */
  readonly number: number
  /** The index of its first item. */
  readonly first: number
  /** The index after its last item. */
  readonly end: number
}

/** A chunk in the hands of a worker. Only the newest epoch may settle: whoever held it before is too late. */
export interface HeldChunk extends Chunk {
  readonly epoch: number
  /** The job of the queue, and its attempt. */
  readonly job: { readonly id: string; readonly attempt: number }
}

/** An item of a chunk that has no result yet, as it was spooled. */
export interface ChunkItem {
  readonly index: number
  readonly request: string
}

/** How the chunks of a run stand. */
export interface ChunkCounts {
  /** Waiting for a worker, now or at a date. */
  readonly waiting: number
  /** In the hands of a worker. */
  readonly held: number
  readonly done: number
}
