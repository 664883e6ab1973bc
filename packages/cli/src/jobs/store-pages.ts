import type { Control, Dashboard, LiveRun } from '@sluice/dashboard'
import { SettingsError } from 'sluice'
import { isFinished, otherMessages } from 'sluice/internal'
import type { RunStore, StoredRun } from 'sluice/stores'
import { RunListing } from '../figures/run-list.ts'
import { SettledRate } from '../figures/run-statistics.ts'
import { storedCalls } from '../figures/stored-calls.ts'
import { storedLive } from '../figures/stored-live.ts'
import { redactUrls } from '../outputs/redactor.ts'
import { countText, shellWord } from '../terminal/text.ts'
import { settingsOf } from './live-page.ts'
import { putBack } from './put-back.ts'
import { orderStates, orderText } from './steering.ts'
import { type StoreFlag, storeFlag } from './store-place.ts'

export interface StorePagesOptions {
  /** 0 picks a free port. */
  readonly port: number
  readonly host: string | undefined
  /** `--store` as given, for suggested commands. */
  readonly flag: StoreFlag
  readonly env: NodeJS.ProcessEnv
}

/** Serves a list of the runs in a store, and a page for each. @throws SettingsError if its port cannot be used */
export async function openStorePages(store: RunStore, options: StorePagesOptions): Promise<Dashboard> {
  const { serveRuns } = await import('@sluice/dashboard')
  const listing = new RunListing(store)
  const rates = new Map<number, SettledRate>()
  /** Names of runs by their keys: a store may have ten thousand runs, and one is looked at every second. */
  const names = new Map<string, string>()
  const find = async (key: string): Promise<StoredRun | undefined> => {
    const name = names.get(key)
    const known = name === undefined ? undefined : await store.find(name)
    if (String(known?.id) === key) return known
    if (!/^\d{1,15}$/.test(key)) return undefined
    const [run] = await store.list({ before: Number(key) + 1, limit: 1 })
    if (String(run?.id) !== key) return undefined
    names.set(key, run!.name)
    return run
  }
  const known = async (key: string): Promise<StoredRun> => {
    const run = await find(key)
    if (run === undefined) throw new SettingsError('this run no longer exists')
    return run
  }
  return await serveRuns({
    port: options.port,
    host: options.host,
    list: () => listing.look(),
    async look(key) {
      const run = await find(key)
      if (run === undefined) return undefined
      const rate = rates.get(run.id) ?? new SettledRate()
      rates.set(run.id, rate)
      return await storedLive(store, run, settingsOfRun(run), rate)
    },
    async control(key, control) {
      return await steer(store, await known(key), control, storeFlag(options.flag, options.env))
    },
    async find(key, filter) {
      return await storedCalls(store, await known(key), filter)
    },
  })
}

/** Flags that the run started with. A store contains no secrets. */
function settingsOfRun({ settings }: StoredRun): LiveRun['settings'] {
  const { flags } = (settings ?? {}) as { flags?: Parameters<typeof settingsOf>[0] }
  return flags === undefined ? {} : settingsOf(flags, redactUrls)
}

/** Obeys a control command from a page, and returns what it has led to. @throws SettingsError if it has no effect */
async function steer(store: RunStore, run: StoredRun, control: Control, flag: string): Promise<string | undefined> {
  if (control.action === 'retry') return await retry(store, run, control.error, flag)
  if (isFinished(run)) throw new SettingsError(`${run.name} is finished`)
  switch (control.action) {
    case 'pause':
    case 'continue':
    case 'stop': {
      await store.steer(run.id, { state: orderStates[control.action] })
      const text = await orderText(control.action, run, store, flag)
      if (control.action === 'continue' && text !== 'continues') throw new SettingsError(text)
      return text
    }
    case 'rate':
      await store.steer(run.id, { rate: [control.value] })
      return undefined
    case 'concurrency':
      await store.steer(run.id, { concurrency: control.value })
      return undefined
    case 'priority':
      if (run.isShared !== true) throw new SettingsError('only runs shared by workers have a priority')
      await store.steer(run.id, { priority: control.value })
      return undefined
  }
}

/** Puts failures of a run back: all, or those with one code and message. */
async function retry(
  store: RunStore,
  run: StoredRun,
  error: { readonly code: string; readonly message: string } | undefined,
  flag: string,
): Promise<string> {
  if (error?.message === otherMessages)
    throw new SettingsError(
      `these failures have many messages; to retry them: sluice retry ${shellWord(run.name)} --code ${error.code}${flag}`,
    )
  const count = await putBack(store, run, { ok: false, error })
  if (count === 0) throw new SettingsError('there are no such failures any more')
  const what = count === 1 ? '1 failure is requeued' : `${countText(count)} failures are requeued`
  return `${what}: ${await orderText('continue', run, store, flag)}`
}
