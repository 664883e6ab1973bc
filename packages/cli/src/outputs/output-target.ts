import { SettingsError } from 'sluice'
import { placeOf } from './file-sink.ts'
import { openError } from './output-errors.ts'

/** Format of results, by its name in `--output-format` and `FORMAT:FILE`. */
export type OutputFormat = 'jsonl' | 'csv' | 'parquet' | 'db'

/** Path and format of results. */
export interface OutputTarget {
  /** `-` is stdout. */
  readonly path: string
  readonly format: OutputFormat
  readonly gzip: boolean
}

const named = /^(jsonl|ndjson|csv|parquet|db|sqlite):(?=.)/i
const ended = /\.(?:(jsonl|ndjson|csv)(\.gz)?|(parquet|db|sqlite))$/i

/** File of `-o`, without a format prefix: `-` for `csv:-`. */
export function outputPath(output: string): string {
  const path = output.replace(named, '')
  return path === '/dev/stdout' ? '-' : path
}

/** Replaces the path of an output. */
export function withPath(output: string, change: (path: string) => string): string {
  const format = named.exec(output)?.[0] ?? ''
  const path = output.slice(format.length)
  return path === '-' ? output : format + change(path)
}

/**
 * Parses an output such as `x.jsonl`, `csv:-` or `x.csv.gz`. The format is the given one, or else the prefix,
 * or the file extension; JSON lines for stdout, a device or a pipe.
 *
 * @throws SettingsError with the name and what to do
 */
export async function outputTarget(output: string, asked?: string): Promise<OutputTarget> {
  const inFront = formatOf(named.exec(output)?.[1])
  if (asked !== undefined && inFront !== undefined && asked !== inFront) {
    throw new SettingsError(`-o ${output}: --output-format says ${asked}; give one of them`)
  }
  const path = outputPath(output)
  const ending = ended.exec(path)
  const isZipped = ending?.[2] !== undefined
  const chosen = (asked as OutputFormat | undefined) ?? inFront ?? formatOf(ending?.[1] ?? ending?.[3])
  const format = chosen ?? (path === '-' || (await isSpecial(path)) ? 'jsonl' : undefined)
  if (format === undefined) {
    throw new SettingsError(
      `${path}: no format is known for this file extension; ` +
        'use .jsonl, .csv, .jsonl.gz, .csv.gz, .parquet or .db, or --output-format',
    )
  }
  const isText = format === 'jsonl' || format === 'csv'
  if (path === '-' && !isText) throw new SettingsError(`-o: ${format} is written to a file only; name one`)
  if (isZipped && !isText) throw new SettingsError(`${path}: ${format} is not zipped; choose a name without .gz`)
  return { path, format, gzip: isZipped }
}

function formatOf(name: string | undefined): OutputFormat | undefined {
  const format = name?.toLowerCase()
  if (format === undefined) return undefined
  return format === 'ndjson' ? 'jsonl' : format === 'sqlite' ? 'db' : (format as OutputFormat)
}

async function isSpecial(name: string): Promise<boolean> {
  try {
    return (await placeOf(name)).special
  } catch (error) {
    if ((error as { code?: unknown }).code === 'EISDIR') throw openError(name, error)
    return false
  }
}
