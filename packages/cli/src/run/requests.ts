import type { RequestSpec, SettingsError } from 'sluice'
import type { InputItem } from '../inputs/input-item.ts'
import type { BodyFile, BodyFiles } from '../outputs/body-files.ts'
import type { FetchPlan } from './fetch-plan.ts'

/** What is known of an item besides its request, until its result is there. */
export interface Pending {
  /** Position in the input: items that were not to be fetched have one too. */
  readonly index: number
  /** Why it is no request. */
  readonly error?: SettingsError
  readonly file?: BodyFile
}

export interface RequestsOptions {
  readonly items: AsyncIterable<InputItem>
  readonly defaults: FetchPlan['defaults']
  /** Make a failed result of a bad input, instead of stopping there. */
  readonly skipBadInput: boolean
  readonly bodyFiles?: BodyFiles | undefined
  /** Leave out what has its file already. */
  readonly skipExisting: boolean
  readonly onSkip: () => void
}

/**
 * The requests of the inputs, with the defaults of the command line.
 *
 * `pending` tells by the order of the requests what else is known of each; whoever has the result takes it out.
 *
 * @throws SettingsError at the first bad input, unless those are to be skipped. Nothing is sent for it.
 */
export async function* readRequests(
  options: RequestsOptions,
  pending: Map<number, Pending>,
): AsyncGenerator<RequestSpec, void, undefined> {
  let index = -1
  let given = 0
  for await (const item of options.items) {
    index++
    if (!item.ok) {
      if (!options.skipBadInput && item.failsAlone !== true) throw item.error
      pending.set(given++, { index, error: item.error })
      // Refused whatever the base URL, and never sent.
      yield { url: 'about:invalid', id: item.id }
      continue
    }
    const request = withDefaults(item.request, options.defaults)
    const url = String(request.url)
    const file = options.bodyFiles?.claim({ index, id: String(request.id ?? url), url })
    if (file !== undefined && options.skipExisting && (await file.existing()) !== undefined) {
      options.onSkip()
      continue
    }
    if (index !== given || file !== undefined) pending.set(given, file === undefined ? { index } : { index, file })
    given++
    yield request
  }
}

/** A request with what the command line says for all. */
export function withDefaults(request: RequestSpec, defaults: FetchPlan['defaults']): RequestSpec {
  const hasBody = request.body !== undefined || request.json !== undefined
  return {
    ...request,
    method: request.method ?? defaults.method,
    readAs: defaults.readAs,
    ...(hasBody ? undefined : { body: defaults.body, json: defaults.json }),
  }
}
