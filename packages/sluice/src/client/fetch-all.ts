import type { BulkOptions } from './bulk/options.ts'
import type { BulkSource } from './bulk/source.ts'
import { createClient } from './create-client.ts'
import { splitOptions } from './option-names.ts'
import type { CallResult } from './result.ts'
import type { ClientOptions } from './settings.ts'

/** Options of the client and of the set of calls together. */
export type FetchAllOptions<T = unknown> = ClientOptions & Omit<BulkOptions<T>, 'ordered' | 'deadline'>

/**
 * A client for one job: makes all the requests within the limits, and gives one result for each, in their order.
 *
 * @throws SettingsError if an option cannot work; the signal's reason if aborted; what the source throws. Never for an item.
 */
export async function fetchAll<T = unknown>(
  requests: BulkSource,
  options: FetchAllOptions<T> = {},
): Promise<CallResult<T>[]> {
  const { client: clientOptions, bulk } = splitOptions<T>(options)
  await using client = createClient(clientOptions)
  return await client.all<T>(requests, bulk)
}
