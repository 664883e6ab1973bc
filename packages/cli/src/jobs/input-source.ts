import { createHash } from 'node:crypto'
import { stat } from 'node:fs/promises'
import { UnfinishedError } from 'sluice'
import type { ReadingMark, SourceItem, SourceReading } from 'sluice/internal'
import type { RunSource } from 'sluice/runs'
import { withColumns, withoutSecrets } from '../inputs/input-columns.ts'
import type { InputPlace } from '../inputs/read-file.ts'
import { type InputPlan, knownTotal, readInputs, sourceName } from '../inputs/read-inputs.ts'
import type { FetchPlan } from '../plan/fetch-plan.ts'
import { withDefaults } from './requests.ts'

export interface InputSourceOptions {
  readonly input: InputPlan
  readonly defaults: FetchPlan['defaults']
  /** Turns an invalid input into a failed result, instead of stopping there. */
  readonly skipBadInput: boolean
  /** Stops the reading. */
  readonly signal: AbortSignal
}

/** Inputs of a command as the source of a stored run. A pipe can be read once; everything else repeatedly. */
export async function inputSource(options: InputSourceOptions): Promise<RunSource> {
  const { input } = options
  const files = await Promise.all((input.files ?? []).map(sizeOf))
  const { urls = [], glob, format, baseUrl, urlTemplate, jsonTemplate, idColumn, delimiter, byNul } = input
  const read = JSON.stringify({ urls, glob, format, baseUrl, urlTemplate, jsonTemplate, idColumn, delimiter, byNul })
  const sizes = files.map((size) => (size === undefined ? 'a pipe' : `${size} bytes`))
  return {
    name: sourceName(input),
    total: knownTotal(input),
    identity: [...sizes, `read as ${createHash('sha256').update(read).digest('base64url').slice(0, 16)}`].join(', '),
    isRepeatable: files.every((size) => size !== undefined),
    read: (mark) => new InputReading(options, mark),
  }
}

/** Size of a file that can be read repeatedly; undefined for pipes, and for missing files, which reading reports. */
async function sizeOf(path: string): Promise<number | undefined> {
  if (path === '-') return undefined
  try {
    const found = await stat(path)
    return found.isFile() ? found.size : undefined
  } catch {
    return 0
  }
}

class InputReading implements SourceReading {
  readonly #items: AsyncGenerator<SourceItem, undefined, undefined>
  readonly #ending = new AbortController()
  #given = 0
  #mark: ReadingMark | undefined

  constructor(options: InputSourceOptions, mark: string | undefined) {
    this.#items = this.#read(options, mark === undefined ? undefined : (JSON.parse(mark) as InputPlace))
  }

  next(): Promise<IteratorResult<SourceItem, undefined>> {
    return this.#items.next()
  }

  lastMark(): ReadingMark | undefined {
    return this.#mark
  }

  close(): void {
    this.#ending.abort()
  }

  async *#read(
    { input, defaults, skipBadInput, signal }: InputSourceOptions,
    from: InputPlace | undefined,
  ): AsyncGenerator<SourceItem, undefined, undefined> {
    const items = readInputs({
      ...input,
      signal: AbortSignal.any([signal, this.#ending.signal]),
      from,
      onPlace: (place) => {
        this.#mark = { items: this.#given, mark: JSON.stringify(place) }
      },
    })
    for await (const item of items) {
      if (!item.ok && !skipBadInput && item.failsAlone !== true) throw item.error
      this.#given++
      yield item.ok
        ? { request: withColumns(withDefaults(item.request, defaults), withoutSecrets(item.columns)) }
        : { id: item.id, error: item.error }
    }
    // A reading that was stopped has not reached the end: otherwise the rest would be missing from the run.
    if (signal.aborted || this.#ending.signal.aborted) throw new UnfinishedError('the reading was stopped')
    return undefined
  }
}
