import type { ApiRequest, CallError, CallResult, Policy, SluiceError } from 'sluice'
import type { FetchFlags } from '../flags/fetch-flags.ts'
import { namesIn } from '../flags/values.ts'
import type { Io } from '../io.ts'
import { openHarFile } from '../outputs/har-file.ts'
import { openWriter } from '../outputs/open-writer.ts'
import { type UnwritableError, writeOrFail } from '../outputs/output-errors.ts'
import { outputTarget } from '../outputs/output-target.ts'
import { callRecord, inputColumns } from '../outputs/record.ts'
import { type RecordShape, recordShape } from '../outputs/record-shape.ts'
import type { Redact } from '../outputs/redactor.ts'
import { type OpenedWriter, streamSink } from '../outputs/stream-sink.ts'
import { tableWriter } from '../terminal/table-writer.ts'
import { styleOf, type Terminal } from '../terminal/terminal.ts'

export interface ResultsOptions {
  readonly redact: Redact
  readonly terminal: Terminal
}

/** Outputs for the results of a run. */
export interface Results {
  /** True if results need the columns of their inputs. */
  readonly usesColumns: boolean
  /** Policies around each attempt. */
  readonly perAttempt: readonly Policy[]
  /**
   * Writes one result; `file` is the path of its body, if it was stored. Returns what was written: a failure if the
   * result could not be.
   */
  write(result: CallResult, file: string | undefined): CallResult | Promise<CallResult>
  /** Completes the outputs: all inputs have their result. */
  close(): Promise<void>
  /** Keeps what was written under a provisional name, which is returned if there is one. */
  abandon(): Promise<string | undefined>
}

/** Opens all outputs, before the first request. @throws SettingsError if one of them is unusable */
export async function openResults(flags: FetchFlags, io: Io, { redact, terminal }: ResultsOptions): Promise<Results> {
  const { select, keepColumns } = flags
  const { format } = await outputTarget(flags.output ?? '-', flags.outputFormat)
  const shape = recordShape({ select, keepColumns, format })
  const record = {
    body: flags.body && flags.outDir === undefined,
    includeHeaders: namesIn(flags.includeHeaders),
  }
  const opened = await openMain(flags, io, shape)
  if (opened.setAside !== undefined) {
    terminal.warn(`${opened.path}.part had the results of a run that was stopped; they are now in ${opened.setAside}`)
  }
  const isOnTerminal = opened.path === 'stdout' && io.stdout.isTTY
  const har = flags.har === undefined ? undefined : await openHarFile(flags.har, redact)

  return {
    usesColumns: shape.usesColumns,
    perAttempt: har === undefined ? [] : [har.policy],
    write(result, file) {
      if (isOnTerminal) terminal.makeRoom()
      let kept = result
      const write = (): Promise<void> | void => {
        const { request } = kept
        const whole = callRecord(kept, { ...record, redact: (text) => redact(text, request) })
        return opened.writer.write(shape.apply(file === undefined ? whole : { ...whole, file }, inputColumns(kept)))
      }
      const writing = writeOrFail(write, (error) => {
        kept = failureOf(result, error)
        return write()
      })
      if (writing === undefined && har === undefined) return kept
      return Promise.resolve(writing)
        .then(() => har?.flush())
        .then(() => kept)
    },
    async close() {
      for (const note of shape.notes()) terminal.caution(note)
      await opened.writer.close()
      await har?.close()
    },
    async abandon() {
      await opened.writer.abort()
      await har?.abort()
      return opened.partPath
    },
  }
}

async function openMain(flags: FetchFlags, io: Io, { columns, usesColumns }: RecordShape): Promise<OpenedWriter> {
  const { output = '-', outputFormat: format, select } = flags
  const isPlain = flags.output === undefined && select === undefined && format === undefined && !usesColumns
  if (!isPlain || !io.stdout.isTTY) {
    return await openWriter(output, {
      // Results of files from an earlier run are not repeated: they are there already.
      append: output === '-' ? false : flags.append === true || flags.skipExisting === true,
      columns,
      format,
      formulas: flags.csvSafe === true ? 'guard' : 'keep',
      stdout: io.stdout,
    })
  }
  const style = styleOf({ isTTY: true, env: io.env, when: flags.color ?? 'auto' })
  const writer = tableWriter(streamSink(io.stdout), { ...style, width: () => io.stdout.columns || 80 })
  return { writer, path: 'stdout', partPath: undefined }
}

/** The result as a failure, without the parts that cannot be written. */
function failureOf(result: CallResult, error: UnwritableError): CallResult {
  const { index, id, request, status, headers, attempts, timing } = result
  return {
    ok: false,
    index,
    id,
    ...(request === undefined ? undefined : { request: withoutMeta(request) }),
    ...(status === undefined ? undefined : { status }),
    ...(headers === undefined ? undefined : { headers }),
    attempts,
    timing,
    // Used by the command only: the library never returns this error.
    error: error as SluiceError as CallError,
  }
}

function withoutMeta({ meta: _, ...request }: ApiRequest): ApiRequest {
  return request
}
