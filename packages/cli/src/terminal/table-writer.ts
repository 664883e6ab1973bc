import { styleText } from 'node:util'
import { formatDuration } from 'sluice'
import type { CallRecord } from '../outputs/record.ts'
import type { ResultWriter, Sink } from '../outputs/stream-sink.ts'
import { cleanText, fitText, padText } from './text.ts'

export interface TableOptions {
  /** Columns of the terminal. Read for each line, because windows can be resized. @default 80 */
  readonly width?: (() => number) | undefined
  /** @default false */
  readonly colour?: boolean | undefined
  /** Uses only ASCII: `ok` and `no` in place of ticks and crosses. @default false */
  readonly ascii?: boolean | undefined
}

/** Width of `mark status duration attempts`, each followed by two spaces. */
const fixedWidth = 2 + 2 + 6 + 2 + 9 + 2 + 8 + 2

/**
 * Writes one line for each CallRecord, for people: outcome, status, duration, attempts, request, and error code.
 * Control sequences in server data are removed. Colour only repeats the meaning of the mark.
 */
export function tableWriter(sink: Sink, options: TableOptions = {}): ResultWriter {
  const { width = () => 80, colour = false, ascii = false } = options
  let header = `${padText('', 2)}  status  ${'time'.padStart(9)}  attempts  request`
  header = `${colour ? styleText('dim', header, { validateStream: false }) : header}\n`

  return {
    write: (record) => {
      const text = header + tableLine(record as CallRecord, Math.max(20, width()), { colour, ascii })
      header = ''
      return sink.write(text)
    },
    close: () => sink.close(),
    abort: () => sink.abort(),
  }
}

function tableLine(
  record: CallRecord,
  width: number,
  { colour, ascii }: { readonly colour: boolean; readonly ascii: boolean },
): string {
  const tick = ascii ? 'ok' : '✓'
  const cross = ascii ? 'no' : '✗'
  const mark = padText(record.ok ? tick : cross, 2)
  const painted = colour ? styleText(record.ok ? 'green' : 'red', mark, { validateStream: false }) : mark
  const numbers = [
    padText(String(record.status ?? '-'), 6),
    formatDuration(record.ms).padStart(9),
    String(record.attempts).padStart(8),
  ].join('  ')

  const code = record.error === undefined ? '' : `  ${fitText(cleanText(record.error.code), 30, '')}`
  const named = record.url === undefined || record.url === record.id ? record.id : `${record.id}  ${record.url}`
  const room = width - fixedWidth
  const subject = fitText(cleanText(named), Math.max(8, room - code.length), ascii ? '...' : '…')
  return `${painted}  ${numbers}  ${fitText(`${subject}${code}`, Math.max(8, room), '')}\n`
}
