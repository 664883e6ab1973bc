import type { RequestSpec } from 'sluice'
import type { SourceItem } from 'sluice/internal'
import { rememberColumns, withColumns } from '../inputs/input-columns.ts'
import type { InputItem } from '../inputs/input-item.ts'
import type { BodyFile, BodyFiles } from '../outputs/body-files.ts'
import type { FetchPlan } from '../plan/fetch-plan.ts'

export interface RequestsOptions {
  readonly items: AsyncIterable<InputItem>
  readonly defaults: FetchPlan['defaults']
  /** Turns an invalid input into a failed result, instead of stopping there. */
  readonly skipBadInput: boolean
  readonly bodyFiles?: BodyFiles | undefined
  /** Skips inputs whose file exists. */
  readonly skipExisting: boolean
  readonly onSkip: () => void
  /** Keeps the columns of the inputs for the results. */
  readonly keepsColumns: boolean
}

/**
 * Inputs with the defaults of the command line. Each has its position in the input as its index, including skipped
 * items; `files` receives the file of each by that index.
 *
 * @throws SettingsError at the first invalid input, unless those are skipped. Nothing is sent for it.
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

/** A request with the defaults of the command line. */
export function withDefaults(request: RequestSpec, defaults: FetchPlan['defaults']): RequestSpec {
  const hasBody = request.body !== undefined || request.json !== undefined
  return {
    ...request,
    method: request.method ?? defaults.method,
    readAs: defaults.readAs,
    ...(hasBody ? undefined : { body: defaults.body, json: defaults.json }),
  }
}
