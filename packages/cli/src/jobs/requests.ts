import type { RequestSpec } from 'sluice'
import type { SourceItem } from 'sluice/internal'
import { rememberColumns, withColumns } from '../inputs/input-columns.ts'
import type { InputItem } from '../inputs/input-item.ts'
import type { BodyFile, BodyFiles } from '../outputs/body-files.ts'
import type { FetchPlan } from '../plan/fetch-plan.ts'

export interface RequestsOptions {
  readonly items: AsyncIterable<InputItem>
  readonly defaults: FetchPlan['defaults']
  /** Make a failed result of a bad input, instead of stopping there. */
  readonly skipBadInput: boolean
  readonly bodyFiles?: BodyFiles | undefined
  /** Leave out what has its file already. */
  readonly skipExisting: boolean
  readonly onSkip: () => void
  /** Keep the columns of the inputs for the results. */
  readonly keepsColumns: boolean
}

/**
 * The inputs with the defaults of the command line. Each keeps its position in the input as its index, items that are
 * skipped counted; `files` gets the file of each by that index.
 *
 * @throws SettingsError at the first bad input, unless those are to be skipped. Nothing is sent for it.
 */
export async function* readRequests(
  options: RequestsOptions,
  files: Map<number, BodyFile> = new Map(),
): AsyncGenerator<SourceItem, void, undefined> {
  let index = -1
  for await (const item of options.items) {
    index++
    if (!item.ok) {
      if (!options.skipBadInput && item.failsAlone !== true) throw item.error
      if (options.keepsColumns) rememberColumns(item.error, item.columns)
      yield { id: item.id, error: item.error, index }
      continue
    }
    const whole = withDefaults(item.request, options.defaults)
    const request = options.keepsColumns ? withColumns(whole, item.columns) : whole
    const url = String(request.url)
    const file = options.bodyFiles?.claim({ index, id: String(request.id ?? url), url })
    if (file !== undefined && options.skipExisting && (await file.existing()) !== undefined) {
      options.onSkip()
      continue
    }
    if (file !== undefined) files.set(index, file)
    yield { request, index }
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
