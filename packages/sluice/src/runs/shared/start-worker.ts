import type { Worker, WorkerOptions } from './worker-options.ts'

/**
 * Works on the shared runs of a store together with all others that do, until it is drained.
 *
 * @throws SettingsError for a wrong option; StoreError if the store cannot be reached.
 */
export async function startWorker(_options: WorkerOptions): Promise<Worker> {
  throw new Error('to be written')
}
