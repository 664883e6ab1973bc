import type { ResultFilter } from 'sluice/internal'
import type { RunStore, StoredResult, StoredRun } from 'sluice/stores'
import { namesIn } from '../flags/values.ts'
import type { Io } from '../io.ts'
import { compileSelect } from '../outputs/compile-select.ts'
import { openWriter } from '../outputs/open-writer.ts'
import { writeOrFail } from '../outputs/output-errors.ts'
import { storedRecord } from '../outputs/record.ts'

export interface ExportOptions {
  readonly flags: {
    readonly select?: string
    readonly body: boolean
    readonly includeHeaders?: string
    readonly outputFormat?: string
    readonly append?: boolean
    readonly csvSafe?: boolean
  }
  readonly io: Io
  readonly redact?: (text: string) => string
  readonly filter?: ResultFilter
}

/** Results that are read at once. */
const pages = { limit: 1_000, maxBytes: 16 * 1024 * 1024 }

/** Writes the results of a run in the order of its input, page by page, so that any number of them fits. Returns how many. */
export async function exportRun(
  store: RunStore,
  run: StoredRun,
  target: string,
  options: ExportOptions,
): Promise<number> {
  const { flags, io, redact, filter } = options
  const select = flags.select === undefined ? undefined : compileSelect(flags.select)
  const recording = {
    body: flags.body,
    includeHeaders: namesIn(flags.includeHeaders),
    redact,
  }
  const { writer } = await openWriter(target, {
    append: flags.append,
    columns: select?.names,
    format: flags.outputFormat,
    formulas: flags.csvSafe === true ? 'guard' : 'keep',
    stdout: io.stdout,
  })
  let count = 0
  try {
    let page = await store.results(run.id, { ...filter, ...pages })
    while (page.length > 0) {
      for (const result of page) {
        const write = (one: StoredResult): Promise<void> | void => {
          const record = storedRecord(one, recording)
          return writer.write(select === undefined ? record : select.apply(record))
        }
        await writeOrFail(
          () => write(result),
          ({ code, message }) => write({ ...result, ok: false, meta: undefined, error: { code, message } }),
        )
      }
      count += page.length
      page = await store.results(run.id, { ...filter, ...pages, after: page.at(-1)!.index })
    }
    await writer.close()
  } catch (error) {
    await writer.abort()
    throw error
  }
  return count
}
