import { type Command, InvalidArgumentError, Option } from 'commander'
import { loadEnvironment } from './env-file.ts'
import { type Flag, type FlagTable, flagGroups, longName, takesValue, variableOf } from './flag.ts'

/**
 * Adds the flags of a table to a command, group by group. Variables from `--env-file` count as part of the
 * environment.
 */
export function addFlags(command: Command, table: FlagTable, env: NodeJS.ProcessEnv): void {
  dropUnset(table, env)
  const flags = Object.values(table)
  for (const group of flagGroups) {
    const members = flags.filter((flag) => flag.group === group)
    if (members.length === 0) continue
    command.optionsGroup(`${group}:`)
    for (const flag of members) command.addOption(toOption(flag))
  }
  if (table.envFile === undefined) return
  command.on('option:env-file', (path: string) => {
    loadEnvironment(path, env)
    dropUnset(table, env)
  })
}

/** `SLUICE_RATE=` and `SLUICE_FAIL_FAST=0` count as unset: commander only checks whether the variable exists. */
function dropUnset(table: FlagTable, env: NodeJS.ProcessEnv): void {
  for (const flag of Object.values(table)) {
    const variable = variableOf(flag)
    const value = variable === undefined ? undefined : env[variable]
    if (
      (value === '' && flag.flag.includes('<')) ||
      (value !== undefined && !takesValue(flag) && /^(0|false|no|off|)$/i.test(value))
    )
      delete env[variable!]
  }
}

/**
 * Gives a flag that was typed without its value, such as `--store`, the value of its variable: the flag switches on
 * what the variable describes.
 */
export function fillBareFlags(command: Command, table: FlagTable, env: NodeJS.ProcessEnv): void {
  for (const [name, flag] of Object.entries(table)) {
    const variable = variableOf(flag)
    const value = variable === undefined ? undefined : env[variable]
    if (isBare(command, name) && value) command.setOptionValueWithSource(name, value, 'env')
  }
}

/** True if a flag with an optional value was typed without one. */
export function isBare(command: Command, name: string): boolean {
  const option = command.options.find((one) => one.attributeName() === name)
  return option?.optional === true && command.getOptionValue(name) === true
}

/** Names the environment variable in a message about the value of a flag that was not typed. */
export function namingVariable(error: unknown, command: Command, table: FlagTable): unknown {
  const [, name] = (error instanceof Error && /^(--[a-z0-9-]+): /.exec(error.message)) || []
  const option = command.options.find(({ long }) => long === name)
  const flag = Object.values(table).find((one) => longName(one) === name)
  if (option === undefined || flag === undefined || !(error instanceof Error)) return error
  if (command.getOptionValueSource(option.attributeName()) === 'env')
    error.message = error.message.replace(name!, variableOf(flag)!)
  return error
}

function toOption(flag: Flag): Option {
  const shown = flag.default === undefined ? flag.help : `${flag.help} (${flag.default})`
  const option = new Option(flag.flag, shown)
  const variable = variableOf(flag)
  if (variable !== undefined) option.env(variable)
  if (flag.choices !== undefined) option.choices(flag.choices)
  if (flag.isRepeatable === true) {
    if (option.isBoolean()) option.argParser((_: string, count: number | undefined) => (count ?? 0) + 1)
    else option.argParser((text: string, list: readonly string[] | undefined) => [...(list ?? []), text])
  }
  if (flag.isGivenOnce === true) {
    option.argParser((text: string, before: string | undefined) => {
      if (before === undefined || before === text) return text
      throw new InvalidArgumentError(`${before} was given already; give it once.`)
    })
  }
  return option
}
