import { type RequestSpec, SettingsError } from 'sluice'
import { parseJson } from 'sluice/http'
import { isSecretParameter, JsonTooDeepError } from 'sluice/internal'
import { fileProblem } from '../flags/file-problem.ts'
import { wholeFile } from '../flags/whole-file.ts'

/** Sources of referenced values. */
export interface ValueSources {
  /** @default process.env */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined
  /** @default reads the file as UTF-8 */
  readonly readFile?: ((path: string) => string) | undefined
}

export interface ResolvedValue {
  readonly value: string
  /** True if it came from a reference, and must be masked in all output. */
  readonly secret: boolean
}

/**
 * Value of `env:NAME` or `file:PATH`; any other text is the value itself. A byte order mark and final line breaks of a
 * file are dropped. `what` names a value in messages.
 *
 * @throws SettingsError that names the variable or file, never its value: if it is missing or empty, or contains a
 * line break or NUL
 */
export function resolveSecret(text: string, sources: ValueSources = {}, what = 'the value'): ResolvedValue {
  const reference = /^(env|file):(.*)$/s.exec(text)
  if (reference === null) return { value: checked(what, text), secret: false }
  const name = reference[2]!
  if (reference[1] === 'env') {
    if (!/^[^=\0]+$/.test(name))
      throw new SettingsError('env: needs the name of an environment variable, as in env:TOKEN')
    const value = (sources.env ?? process.env)[name]
    if (value === undefined)
      throw new SettingsError(`the environment variable ${name} is not set; set it, or load it with --env-file`)
    if (value === '') throw new SettingsError(`the environment variable ${name} is empty`)
    return { value: checked(`the environment variable ${name}`, value), secret: true }
  }
  if (name === '') throw new SettingsError('file: needs a path, as in file:token.txt')
  const value = fileText(name, sources)
    .replace(/^\ufeff/, '')
    .replace(/(?<![\r\n])[\r\n]+$/, '')
  if (value === '') throw new SettingsError(`${name}: the file is empty; it should contain the value`)
  return { value: checked(`the text of ${name}`, value), secret: true }
}

function fileText(path: string, sources: ValueSources): string {
  try {
    return sources.readFile?.(path) ?? wholeFile(path).toString('utf8')
  } catch (error) {
    throw new SettingsError(`${path}: ${fileProblem(error)}; it should contain the value`)
  }
}

function checked(what: string, value: string): string {
  if (/[\r\n\0]/.test(value))
    throw new SettingsError(`${what} has a line break or NUL inside; it must be a single line`)
  return value
}

/** Maximum size of a body that is searched for secrets; larger ones are documents. */
const longestBody = 65_536
/** Minimum length of a secret in a body; shorter ones occur in ordinary text too. */
const shortestValue = 6
const maxValues = 1_000
const deepest = 50

interface BodyFlags {
  readonly data?: string | undefined
  readonly json?: string | undefined
}

/**
 * Texts of a body to mask in all requests: if it came from a variable, all of it and each of its values, otherwise
 * values whose names denote secrets.
 */
export function secretsInBody(flags: BodyFlags, { body, json }: Pick<RequestSpec, 'body' | 'json'>): string[] {
  const isReference = (flags.json ?? flags.data)?.startsWith('env:') === true
  const values = json === undefined ? textValues(body) : jsonValues(json, '', 0)
  const secret: string[] = []
  for (const [name, value] of values) {
    if (secret.length >= maxValues) break
    if (value.length >= shortestValue && (isReference || isSecretParameter(name))) secret.push(value)
  }
  return isReference && typeof body === 'string' && body.length <= longestBody ? [body, ...secret] : secret
}

type Value = readonly [name: string, value: string]

/** Values of a form, or of JSON given as text. */
function textValues(body: RequestSpec['body']): Iterable<Value> {
  const text = body instanceof Uint8Array ? Buffer.from(body).toString('utf8') : body
  if (typeof text !== 'string' || text.length > longestBody) return []
  try {
    return jsonValues(JSON.parse(text), '', 0)
  } catch {
    return new URLSearchParams(text)
  }
}

function* jsonValues(value: unknown, name: string, depth: number): Generator<Value> {
  if (depth > deepest) return
  if (typeof value === 'string' || typeof value === 'number') yield [name, String(value)]
  else if (Array.isArray(value)) for (const item of value) yield* jsonValues(item, name, depth + 1)
  else if (typeof value === 'object' && value !== null) {
    for (const [inner, item] of Object.entries(value)) yield* jsonValues(item, inner, depth + 1)
  }
}

/**
 * A body as typed: the text itself, or the bytes of `env:NAME`, `file:PATH` or `@PATH`.
 *
 * @throws SettingsError that names the flag
 */
export function bodyValue(flag: string, text: string, env: NodeJS.ProcessEnv): string | Uint8Array {
  if (text.startsWith('env:')) {
    const value = env[text.slice(4)]
    if (value === undefined) throw new SettingsError(`${flag}: the environment variable ${text.slice(4)} is not set`)
    return value
  }
  const path = /^(?:file:|@)(.*)$/s.exec(text)?.[1]
  if (path === undefined) return text
  if (path === '' || path === '-')
    throw new SettingsError(`${flag}: ${text} names no file; write @FILE (stdin is read for requests only)`)
  try {
    return wholeFile(path)
  } catch (error) {
    const hint = text.startsWith('@') ? '; text that begins with @ names a file' : ''
    throw new SettingsError(`${flag}: ${path}: ${fileProblem(error)}${hint}`)
  }
}

/** A JSON body as typed. @throws SettingsError with the flag and the place of the error */
export function jsonValue(flag: string, text: string, env: NodeJS.ProcessEnv): unknown {
  const source = Buffer.from(bodyValue(flag, text, env))
    .toString('utf8')
    .replace(/^\ufeff/, '')
  try {
    return parseJson(source, 'source')
  } catch (error) {
    if (error instanceof JsonTooDeepError) throw new SettingsError(`${flag}: ${error.message}`)
    throw new SettingsError(`${flag}: this is not JSON: ${(error as Error).message}`)
  }
}
