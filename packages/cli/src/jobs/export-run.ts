import { type ResultFilter, resultPages } from 'sluice/internal'
import type { RunStore, StoredResult, StoredRun } from 'sluice/stores'
import { namesIn } from '../flags/values.ts'
import { splitMeta } from '../inputs/input-columns.ts'
import type { Io } from '../io.ts'
import { openWriter } from '../outputs/open-writer.ts'
import { writeOrFail } from '../outputs/output-errors.ts'
import { outputTarget } from '../outputs/output-target.ts'
import { type RecordShape, recordShape } from '../outputs/record-shape.ts'
import { lineRecord, type StoredLine, storedLines } from './stored-lines.ts'

export interface ExportOptions {
  readonly flags: {
    readonly select?: string
    readonly body: boolean
    readonly includeHeaders?: string
    readonly outputFormat?: string
    readonly append?: boolean
    readonly csvSafe?: boolean
    readonly keepColumns?: boolean
  }
  readonly io: Io
  readonly redact?: (text: string) => string
  readonly filter?: ResultFilter
  /** Called with notes for people at the end. */
  readonly onNote: (text: string) => void
}

/**
 * Writes the results of a run in input order, page by page, so that their number does not matter. Returns the number
 * of lines.
 */
export async function exportRun(
  store: RunStore,
  run: StoredRun,
  target: string,
  options: ExportOptions,
): Promise<number> {
  const { flags, io, redact, filter, onNote } = options
  const { select, keepColumns, outputFormat } = flags
  const { format } = await outputTarget(target, outputFormat)
  const shape = recordShape({ select, keepColumns, format })
  if (keepColumns === true) await expectColumns(store, run, shape)
  const recording = {
    body: flags.body,
    includeHeaders: namesIn(flags.includeHeaders),
    redact,
  }
  const { writer } = await openWriter(target, {
    append: flags.append,
    columns: shape.columns,
    format: flags.outputFormat,
    formulas: flags.csvSafe === true ? 'guard' : 'keep',
    stdout: io.stdout,
  })
  const lines = storedLines(run)
  let count = 0
  const writeAll = async (all: Iterable<StoredLine>): Promise<void> => {
    for (const line of all) {
      count++
      const write = (one: StoredResult): Promise<void> | void => {
        const record = lineRecord({ ...line, result: one }, recording)
        return writer.write(shape.apply(record, splitMeta(one.meta).columns))
      }
      await writeOrFail(
        () => write(line.result),
        ({ code, message }) => write({ ...line.result, ok: false, meta: undefined, error: { code, message } }),
      )
    }
  }
  try {
    for await (const page of resultPages(store, run.id, filter)) await writeAll(await lines.of(store, page))
    if (filter?.ok !== false) await writeAll(lines.rest())
    for (const note of shape.notes()) onNote(note)
    await writer.close()
  } catch (error) {
    await writer.abort()
    throw error
  }
  return count
}

/** Determines the columns of the inputs: an input that could not be sent has none in the store. */
async function expectColumns(store: RunStore, run: StoredRun, shape: RecordShape): Promise<void> {
  for await (const page of resultPages(store, run.id)) {
    const columns = page.map(({ meta }) => splitMeta(meta).columns).find((found) => found !== undefined)
    if (columns !== undefined) return shape.expect(columns)
  }
}
