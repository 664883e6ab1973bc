import { idOf } from '../../http/create-request.ts'
import { UnfinishedError } from '../errors.ts'
import { type CallResult, noTime } from '../result.ts'
import type { BulkRun } from './bulk-run.ts'
import { type BulkSource, itemOf } from './source.ts'

/** Collects all results in input order. If the input is a list, items left unread after a stop get results too. */
export async function collectAll(run: BulkRun, requests: BulkSource): Promise<CallResult[]> {
  const results: CallResult[] = []
  await run.collect((result) => {
    results[result.index] = result
  })
  if (run.stopReason === undefined || !Array.isArray(requests)) return results

  const error = new UnfinishedError(run.stopReason)
  for (let index = results.length; index < requests.length; index++) {
    const item = itemOf(requests[index])
    const id = 'request' in item ? idOf(item.request) : item.id
    results.push({ ok: false, index, id, attempts: [], timing: noTime, error })
  }
  return results
}
