import { CommanderError } from 'commander'

/** Loads what `--env-file` names. @throws CommanderError with the path, if it cannot be read. */
export function loadEnvironment(path: string): void {
  try {
    process.loadEnvFile(path)
  } catch (error) {
    throw new CommanderError(2, 'sluice.envFile', `--env-file: cannot read ${path}: ${(error as Error).message}`)
  }
}
