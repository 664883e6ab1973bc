import { StoreError } from '../database/store-error.ts'
import { messageOf } from '../errors/message-of.ts'
import type { CommitGroup } from '../stores/run-store.ts'
import type { ParkedItem, StoredResult } from '../stores/stored-item.ts'

/** Item whose result the store cannot save. */
export interface RefusedItem {
  readonly index: number
  /** Message of the failure that is stored in its place. */
  readonly message: string
}

type Item = { readonly result: StoredResult } | { readonly parked: ParkedItem }

/** Functions that `commitByBisection` calls. */
export interface Committing {
  readonly commit: (group: CommitGroup) => Promise<void>
  /** Repeats an operation while its error is one that may pass. */
  readonly untilStored: (work: () => Promise<void>) => Promise<void>
  readonly onRefused?: ((item: RefusedItem) => void) | undefined
}

/**
 * Commits a group. If the store rejects its data, finds the item that causes this by bisection, and stores a failure
 * that says why in place of its result: a single item never ends a run. If the store rejects that failure too, the data
 * are not the cause, but something in the store that passes: then it is repeated until the store accepts it.
 *
 * @throws errors of the store for any other reason.
 */
export async function commitByBisection(group: CommitGroup, committing: Committing): Promise<void> {
  const { commit, untilStored, onRefused } = committing
  const { results = [], parked = [], spooled, sends, slices, progress, elapsed, ...rest } = group
  try {
    await commit(group)
    return
  } catch (error) {
    const items: Item[] = [...results.map((result) => ({ result })), ...parked.map((one) => ({ parked: one }))]
    if (!isRefused(error) || items.length === 0) throw error
    if (items.length === 1) {
      const failure = failureOf(items[0]!, error, group.at)
      const alone = { ...group, parked: [] }
      await untilStored(() => commitPlainly(failure, (result) => commit({ ...alone, results: [result] })))
      onRefused?.({ index: failure.index, message: failure.error!.message })
      return
    }
    const middle = Math.ceil(items.length / 2)
    // The progress of the source is stored only after everything else.
    const first = { ...rest, ...listsOf(items.slice(0, middle)), spooled, sends, slices, elapsed }
    await commitByBisection(first, committing)
    await commitByBisection({ ...rest, ...listsOf(items.slice(middle)), progress }, committing)
  }
}

function listsOf(items: readonly Item[]): Pick<CommitGroup, 'results' | 'parked'> {
  return {
    results: items.flatMap((item) => ('result' in item ? [item.result] : [])),
    parked: items.flatMap((item) => ('parked' in item ? [item.parked] : [])),
  }
}

/** True if the data are the cause: the database rejects a value, or they are too long to be written. */
function isRefused(error: unknown): boolean {
  return error instanceof RangeError || (error instanceof StoreError && error.code === 'SLUICE_STORE_REFUSED')
}

function failureOf(item: Item, reason: unknown, at: number): StoredResult {
  const message = `the store cannot save the result: ${messageOf(reason)}`
  const error = { code: 'SLUICE_STORE_REFUSED', message }
  if ('result' in item) {
    // Without a status it is counted under its code.
    const { body: _body, headers: _headers, meta: _meta, status: _status, ...result } = item.result
    return { ...result, ok: false, error, bodyKind: 'none' }
  }
  const { index, id } = item.parked
  const timing = [0, 0, 0, 0, 0, 0] as const
  const counts = { attempts: 0, requests: 0, throttled: 0, attemptMs: [] }
  return { index, id, ok: false, error, ...counts, timing, bodyKind: 'none', settledAt: at }
}

/**
 * Stores a failure with its texts unchanged or, if the store rejects these, shortened and in ASCII.
 *
 * @throws StoreError that may pass if the store rejects that too.
 */
async function commitPlainly(failure: StoredResult, commit: (failure: StoredResult) => Promise<void>): Promise<void> {
  try {
    await commit(failure)
  } catch (error) {
    if (!isRefused(error)) throw error
    const { url, method, error: { code, message } = { code: '', message: '' } } = failure
    const plainly = {
      ...failure,
      id: plain(failure.id),
      error: { code, message: plain(message) },
      ...(url === undefined ? undefined : { url: plain(url) }),
      ...(method === undefined ? undefined : { method: plain(method) }),
    }
    await commit(plainly).catch((reason: unknown) => {
      throw isRefused(reason) ? new StoreError('SLUICE_STORE_REFUSED', messageOf(reason), reason, true) : reason
    })
  }
}

/** Maximum length of a failure's text in ASCII. */
const longestText = 2_000

function plain(text: string): string {
  const code = (one: string): string => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`
  return text.slice(0, longestText).replace(/[^\x20-\x7e]/g, code)
}
