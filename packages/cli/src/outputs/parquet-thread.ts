import { parentPort, workerData } from 'node:worker_threads'
import { type ParquetBatch, type ParquetColumnType, ParquetGroups } from './parquet-groups.ts'

/** Message to the thread that packs rows. */
export interface PackQuestion {
  readonly id: number
  /** Rows for the group. */
  readonly batch?: ParquetBatch | undefined
  /** Ends the group, or the file. */
  readonly end?: 'group' | 'file' | undefined
}

/** Message from that thread. */
export interface PackAnswer {
  readonly id: number
  /** The next bytes of the file. Transferred. */
  readonly bytes?: Uint8Array<ArrayBuffer> | undefined
}

// Thread that packs the rows of a Parquet file. An error ends it; questions that wait then fail with its message.
const port = parentPort!
const groups = new ParquetGroups(workerData as ParquetColumnType[])

port.on('message', ({ id, batch, end }: PackQuestion) => {
  if (batch !== undefined) groups.add(batch)
  const bytes = end === undefined ? undefined : end === 'group' ? groups.endGroup() : groups.finish()
  port.postMessage({ id, bytes } satisfies PackAnswer, bytes === undefined ? [] : [bytes.buffer])
})
