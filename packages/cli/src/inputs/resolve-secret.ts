import { readFileSync, statSync } from 'node:fs'
import { SettingsError } from 'sluice'

/** Where references to values lead. */
export interface ValueSources {
  /** @default process.env */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined
  /** @default reads the file as UTF-8 */
  readonly readFile?: ((path: string) => string) | undefined
}

export interface ResolvedValue {
  readonly value: string
  /** Whether it came from a reference, and must be masked wherever it turns up. */
  readonly secret: boolean
}

/**
 * The value that `env:NAME` or `file:PATH` stands for; any other text stands for itself. Line breaks at the end of a file
 * are dropped.
 *
 * @throws SettingsError that names the variable or file, never its value: if it is missing or empty, or holds a line
 * break or NUL.
 */
export function resolveSecret(text: string, sources: ValueSources = {}): ResolvedValue {
  const reference = /^(env|file):(.*)$/s.exec(text)
  if (reference === null) return { value: checked('the value', text), secret: false }
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
  const value = fileText(name, sources).replace(/(?<![\r\n])[\r\n]+$/, '')
  if (value === '') throw new SettingsError(`${name}: the file is empty, and a value was expected in it`)
  return { value: checked(`the text of ${name}`, value), secret: true }
}

function fileText(path: string, sources: ValueSources): string {
  try {
    return (sources.readFile ?? readText)(path)
  } catch (error) {
    const code = (error as { code?: unknown }).code
    const problem = code === 'ENOENT' ? 'there is no such file' : `cannot be read (${String(code ?? 'error')})`
    throw new SettingsError(`${path}: ${problem}, and a value was expected in it`)
  }
}

/** A device may have no end. */
function readText(path: string): string {
  const stats = statSync(path)
  if (stats.isCharacterDevice() || stats.isBlockDevice()) throw Object.assign(new Error(), { code: 'it is a device' })
  return readFileSync(path, 'utf8')
}

function checked(what: string, value: string): string {
  if (/[\r\n\0]/.test(value))
    throw new SettingsError(`${what} has a line break or NUL inside; it must be a single line`)
  return value
}
