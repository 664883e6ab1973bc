import { readFileSync } from 'node:fs'
import { SettingsError } from 'sluice'
import { JsonTooDeepError, parseJson } from 'sluice/internal'

/** A body as typed: the text itself, or what `env:NAME` or `file:PATH` leads to. @throws SettingsError that names the flag. */
export function bodyValue(flag: string, text: string, env: NodeJS.ProcessEnv): string | Uint8Array {
  if (text.startsWith('env:')) {
    const value = env[text.slice(4)]
    if (value === undefined) throw new SettingsError(`${flag}: the environment variable ${text.slice(4)} is not set`)
    return value
  }
  if (!text.startsWith('file:')) return text
  try {
    return readFileSync(text.slice(5))
  } catch (error) {
    throw new SettingsError(`${flag}: cannot read ${text.slice(5)}: ${(error as Error).message}`)
  }
}

/** A JSON body as typed. @throws SettingsError that names the flag and says where it is wrong. */
export function jsonValue(flag: string, text: string, env: NodeJS.ProcessEnv): unknown {
  const source = Buffer.from(bodyValue(flag, text, env)).toString('utf8')
  try {
    return parseJson(source, 'source')
  } catch (error) {
    if (error instanceof JsonTooDeepError) throw new SettingsError(`${flag}: ${error.message}`)
    throw new SettingsError(`${flag}: this is not JSON: ${(error as Error).message}`)
  }
}
