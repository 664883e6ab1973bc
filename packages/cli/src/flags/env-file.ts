import { parseEnv } from 'node:util'
import { CommanderError } from 'commander'
import { fileProblem } from './file-problem.ts'
import { wholeFile } from './whole-file.ts'

/**
 * Loads a file of environment variables into `env`; existing variables take precedence.
 *
 * @throws CommanderError with the path, if it cannot be read
 */
export function loadEnvironment(path: string, env: NodeJS.ProcessEnv): void {
  let text: string
  try {
    text = wholeFile(path).toString('utf8')
  } catch (error) {
    throw new CommanderError(2, 'sluice.envFile', `--env-file: ${path}: ${fileProblem(error)}`)
  }
  for (const [name, value] of Object.entries(parseEnv(text.replace(/^\ufeff/, '')))) env[name] ??= value
}
