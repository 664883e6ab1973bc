import { idOf } from '../../http/create-request.ts'
import { UnfinishedError } from '../errors.ts'
import { type CallResult, noTime } from '../result.ts'
import type { BulkRun } from './bulk-run.ts'
import { type BulkSource, itemOf } from './source.ts'

/** All results in the order of the input. Of a list, what was left unread when the run was stopped has its place too. */
export async function collectAll(run: BulkRun, requests: BulkSource): Promise<CallResult[]> {
  const results: CallResult[] = []
  for await (const result of run) results[result.index] = result
  if (run.stopReason === undefined || !Array.isArray(requests)) return results

  const error = new UnfinishedError(run.stopReason)
  for (let index = results.length; index < requests.length; index++) {
    const item = itemOf(requests[index])
    const id = 'request' in item ? idOf(item.request) : item.id
    results.push({ ok: false, index, id, attempts: [], timing: noTime, error })
  }
  return results
}
