import { type Command, CommanderError, Option } from 'commander'
import { type OptionSpec, type OptionTable, optionGroups, twinOf } from './flag.ts'

/** Adds the flags of a table to a command, in the order of the groups. */
export function addOptions<Flags>(command: Command, table: OptionTable<Flags>): Command {
  const specs = Object.values<OptionSpec>(table)
  for (const group of optionGroups) {
    const members = specs.filter((spec) => spec.group === group)
    if (members.length === 0) continue
    command.optionsGroup(`${group}:`)
    for (const spec of members) command.addOption(toOption(spec))
  }
  return command
}

/** The same for a table that has `--env-file`: what that file sets counts as the environment does. */
export function addOptionsWithEnvironment<Flags>(
  command: Command,
  table: OptionTable<Flags>,
  env: NodeJS.ProcessEnv,
): Command {
  dropFalseSwitches(table, env)
  addOptions(command, table)
  return command.on('option:env-file', (path: string) => {
    loadEnvironment(path)
    dropFalseSwitches(table, env)
  })
}

/** `SLUICE_FAIL_FAST=0` leaves a switch as it is: commander looks only whether the variable is there. */
export function dropFalseSwitches<Flags>(table: OptionTable<Flags>, env: NodeJS.ProcessEnv): void {
  for (const spec of Object.values<OptionSpec>(table)) {
    const twin = spec.flags.includes('<') ? undefined : twinOf(spec)
    if (twin !== undefined && /^(0|false|no|off|)$/i.test(env[twin] ?? '1')) delete env[twin]
  }
}

function toOption(spec: OptionSpec): Option {
  const shown = spec.default === undefined ? spec.description : `${spec.description} (${spec.default})`
  const option = new Option(spec.flags, shown)
  const twin = twinOf(spec)
  if (twin !== undefined) option.env(twin)
  if (spec.choices !== undefined) option.choices(spec.choices)
  if (spec.isRepeatable === true) {
    if (option.isBoolean()) option.argParser((_: string, count: number | undefined) => (count ?? 0) + 1)
    else option.argParser((text: string, list: readonly string[] | undefined) => [...(list ?? []), text])
  }
  return option
}

/** Loads what `--env-file` names. @throws CommanderError with the path, if it cannot be read. */
export function loadEnvironment(path: string): void {
  try {
    process.loadEnvFile(path)
  } catch (error) {
    throw new CommanderError(2, 'sluice.envFile', `--env-file: cannot read ${path}: ${(error as Error).message}`)
  }
}
