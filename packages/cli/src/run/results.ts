import { type CallResult, SettingsError } from 'sluice'
import type { Io } from '../io.ts'
import type { FetchFlags } from '../options/fetch-flags.ts'
import { namesIn } from '../options/values.ts'
import { callRecord } from '../outputs/call-record.ts'
import { compileSelect, type Select } from '../outputs/compile-select.ts'
import { openHarFile } from '../outputs/har-file.ts'
import { openWriter } from '../outputs/open-writer.ts'
import type { OpenedWriter } from '../outputs/result-writer.ts'
import { streamSink } from '../outputs/stream-sink.ts'
import { tableWriter } from '../outputs/table-writer.ts'
import { styleOf } from '../reporters/style.ts'

export interface ResultsOptions {
  readonly redact: (text: string) => string
  /** Called before something is written to the terminal. */
  readonly makeRoom: () => void
}

/** Where the results of a run go. */
export interface Results {
  /** Writes one result; `file` is where its body was stored, if it was. */
  write(result: CallResult, file: string | undefined): Promise<void>
  /** Puts everything in its place: all inputs have their result. */
  close(): Promise<void>
  /** Keeps what there is under a provisional name, which is returned if there is one. */
  abandon(): Promise<string | undefined>
}

/** Opens all outputs, before the first request. @throws SettingsError if one of them cannot work. */
export async function openResults(flags: FetchFlags, io: Io, { redact, makeRoom }: ResultsOptions): Promise<Results> {
  const select = flags.select === undefined ? undefined : compileSelect(flags.select)
  const record = {
    body: flags.body && flags.outDir === undefined,
    includeHeaders: namesIn(flags.includeHeaders),
    redact,
  }
  const opened = await openMain(flags, io, select)
  const isOnTerminal = opened.path === 'stdout' && io.stdout.isTTY
  const har = flags.har === undefined ? undefined : await openHarFile(flags.har, redact)

  return {
    async write(result, file) {
      if (isOnTerminal) makeRoom()
      const whole = { ...callRecord(result, record), ...(file === undefined ? undefined : { file }) }
      await opened.writer.write(select === undefined ? whole : select.apply(whole))
      await har?.add(result)
    },
    async close() {
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

async function openMain(flags: FetchFlags, io: Io, select: Select | undefined): Promise<OpenedWriter> {
  if (flags.output !== undefined) {
    return await openWriter(flags.output, { append: flags.append, columns: select?.names, stdout: io.stdout })
  }
  if (flags.append === true) throw new SettingsError('--append: name the file to add to with -o FILE.jsonl')
  if (!io.stdout.isTTY || select !== undefined) return await openWriter('-', { stdout: io.stdout })
  const style = styleOf({ isTTY: true, env: io.env, when: flags.color ?? 'auto' })
  const writer = tableWriter(streamSink(io.stdout), { ...style, width: () => io.stdout.columns || 80 })
  return { writer, path: 'stdout', partPath: undefined }
}
