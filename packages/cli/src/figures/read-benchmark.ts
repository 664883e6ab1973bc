import { readFile } from 'node:fs/promises'
import { SettingsError } from 'sluice'
import type { BenchmarkReport } from 'sluice/benchmark'
import { parseJson } from 'sluice/http'
import type { BenchmarkMode, BenchmarkRow, Waterfall, WaterfallBar } from 'sluice/internal'

type Kind = 'number' | 'string' | 'boolean' | 'texts' | 'range' | 'numbers'
type Fields<T> = { readonly [Field in keyof T as undefined extends T[Field] ? never : Field]-?: Kind }

const modes: Readonly<Record<BenchmarkMode, true>> = { sequential: true, reused: true, concurrent: true, auto: true }

const reportFields: Fields<Omit<BenchmarkReport, 'rows' | 'waterfalls'>> = {
  schema: 'number',
  startedAt: 'string',
  targets: 'texts',
  requestsPerRow: 'number',
  repeat: 'number',
  plannedRequests: 'number',
  sentRequests: 'number',
  limitedBy: 'string',
  evidence: 'string',
  notes: 'texts',
}

const rowFields: Fields<BenchmarkRow> = {
  mode: 'string',
  concurrency: 'number',
  rounds: 'number',
  wallMs: 'number',
  wallMsRange: 'range',
  rps: 'number',
  rpsRange: 'range',
  speedup: 'number',
  efficiency: 'number',
  p50Ms: 'number',
  p50MsRange: 'range',
  p95Ms: 'number',
  p99Ms: 'number',
  connectMs: 'number',
  firstByteMs: 'number',
  bodyMs: 'number',
  requests: 'number',
  throttled: 'number',
  errors: 'number',
  bytesPerSecond: 'number',
  inFlight: 'number',
  loopBusy: 'number',
  loopDelayMs: 'number',
  cpu: 'number',
  waitedMs: 'numbers',
}

const waterfallFields: Fields<Omit<Waterfall, 'bars'>> = { mode: 'string', concurrency: 'number', wallMs: 'number' }

const barFields: Fields<WaterfallBar> = {
  index: 'number',
  startMs: 'number',
  queuedMs: 'number',
  connectMs: 'number',
  firstByteMs: 'number',
  bodyMs: 'number',
  ok: 'boolean',
}

/** What `bench --json` has written. @throws SettingsError that says where the file is none of ours. */
export async function readBenchmark(path: string): Promise<BenchmarkReport> {
  const report = parse(path, await load(path))
  const fail = (place: string): never => {
    throw new SettingsError(`${path}: this is not what sluice bench --json writes: ${place}`)
  }
  if (!isObject(report)) return fail('expected an object')
  check(report, reportFields, '', fail)
  if (report.schema !== 1) fail(`schema: expected 1, got ${JSON.stringify(report.schema)}`)
  for (const [index, row] of listOf(report, 'rows', '', fail).entries()) {
    check(row, rowFields, `rows[${index}].`, fail)
    if (!Object.hasOwn(modes, row.mode as string)) fail(`rows[${index}].mode`)
  }
  for (const [index, waterfall] of listOf(report, 'waterfalls', '', fail).entries()) {
    const place = `waterfalls[${index}].`
    check(waterfall, waterfallFields, place, fail)
    for (const [bar, fields] of listOf(waterfall, 'bars', place, fail).entries()) {
      check(fields, barFields, `${place}bars[${bar}].`, fail)
    }
  }
  if (report.sweetSpot !== undefined && typeof report.sweetSpot !== 'number') fail('sweetSpot: expected a number')
  if (report.errors !== undefined) {
    for (const [index, error] of listOf(report, 'errors', '', fail).entries()) {
      check(error, { code: 'string', message: 'string', count: 'number' }, `errors[${index}].`, fail)
    }
  }
  return report as unknown as BenchmarkReport
}

async function load(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    throw new SettingsError(`${path}: cannot be read: ${(error as Error).message}`)
  }
}

function parse(path: string, text: string): unknown {
  try {
    return parseJson(text)
  } catch (error) {
    throw new SettingsError(`${path}: this is not JSON: ${(error as Error).message}`)
  }
}

type Plain = Readonly<Record<string, unknown>>

function check(
  value: Plain,
  fields: Readonly<Record<string, Kind>>,
  place: string,
  fail: (place: string) => never,
): void {
  for (const [name, kind] of Object.entries(fields)) {
    if (!isA(kind, value[name]))
      fail(`${place}${name}: ${value[name] === undefined ? 'missing' : `expected ${words[kind]}`}`)
  }
}

const words: Readonly<Record<Kind, string>> = {
  number: 'a number',
  string: 'text',
  boolean: 'true or false',
  texts: 'a list of texts',
  range: 'two numbers',
  numbers: 'an object of numbers',
}

function isA(kind: Kind, value: unknown): boolean {
  switch (kind) {
    case 'texts':
      return Array.isArray(value) && value.every((item) => typeof item === 'string')
    case 'range':
      return Array.isArray(value) && value.length === 2 && value.every((item) => typeof item === 'number')
    case 'numbers':
      return isObject(value) && Object.values(value).every((item) => typeof item === 'number')
    default:
      return typeof value === kind
  }
}

function listOf(value: Plain, name: string, place: string, fail: (place: string) => never): readonly Plain[] {
  const list = value[name]
  if (Array.isArray(list) && list.every(isObject)) return list
  return fail(`${place}${name}: expected a list of objects`)
}

function isObject(value: unknown): value is Plain {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
