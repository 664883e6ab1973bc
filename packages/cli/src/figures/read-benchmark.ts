import { readFile } from 'node:fs/promises'
import { SettingsError } from 'sluice'
import type { BenchmarkReport } from 'sluice/benchmark'
import { parseJson } from 'sluice/http'
import { type BaseIssue, type GenericSchema, safeParse } from 'valibot'
import { fileProblem } from '../flags/file-problem.ts'
import { benchmarkSchema } from './benchmark-schema.ts'

/**
 * Reads a file written by `bench --json`.
 *
 * @throws SettingsError that names the invalid place, if the file has another format
 */
export async function readBenchmark(path: string): Promise<BenchmarkReport> {
  return await readChecked(path, benchmarkSchema, 'what sluice bench --json writes')
}

/**
 * Reads a JSON file and checks it against a schema, which is named by `what` in the message.
 *
 * @throws SettingsError that names the invalid place, if the file does not match
 */
export async function readChecked<T>(path: string, schema: GenericSchema<T>, what: string): Promise<T> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw new SettingsError(`${path}: ${fileProblem(error)}`)
  })
  const value = parse(path, text)
  const { success, output, issues } = safeParse(schema, Array.isArray(value) ? undefined : value, {
    abortEarly: true,
  })
  if (success) return output
  throw new SettingsError(`${path}: this is not ${what}: ${problemOf(issues[0])}`)
}

function parse(path: string, text: string): unknown {
  try {
    return parseJson(text)
  } catch (error) {
    throw new SettingsError(`${path}: this is not JSON: ${(error as Error).message}`)
  }
}

const words: Readonly<Record<string, string>> = { string: 'text', number: 'a number', boolean: 'true or false' }

/** Problem with its place: `rows[0].mode: missing`. */
function problemOf({ path, type, expected, received, requirement }: BaseIssue<unknown>): string {
  if (path === undefined) return 'expected an object'
  const place = path
    .map(({ key }) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`))
    .join('')
    .slice(1)
  if (received === 'undefined') return `${place}: missing`
  if (type === 'min_value') return `${place}: expected at least ${requirement}, got ${received}`
  return `${place}: expected ${words[type] ?? expected ?? type}, got ${received}`
}
