import { existsSync } from 'node:fs'
import { CommanderError } from 'commander'
import { verbName } from './completion.ts'
import { verbs } from './verb-table.ts'

/** First arguments that belong to the program itself. */
const own: ReadonlySet<string> = new Set(['-h', '--help', '-V', '--version'])

/** Matches a URL: text with a scheme, a port, or a dot in its host name. */
const url = /^(https?:\/\/|:\d|localhost(?=[:/?]|$)|\[[\da-f:]+\]|[a-z\d-]+(\.[a-z\d-]+)+(?=[:/?[{]|$))/i

/**
 * Adds the implied verb: `sluice https://api.example` becomes `sluice fetch https://api.example`.
 *
 * @throws CommanderError that suggests a verb, if the given one does not exist
 */
export async function completeArgs(args: readonly string[], others: readonly string[]): Promise<readonly string[]> {
  const [first, second] = args
  if (first === undefined || own.has(first)) return args
  if (first.startsWith('-')) return ['fetch', ...args]
  const names = [...verbs.map(verbName), ...others]
  if (names.includes(first)) {
    const inner = verbs.find((verb) => verbName(verb) === first)?.verbs?.map(verbName) ?? []
    if (inner.length > 0 && second !== undefined && !second.startsWith('-') && !inner.includes(second)) {
      throw await unknownVerb(`sluice ${first} ${second}`, second, inner)
    }
    return args
  }
  if (existsSync(first) && !first.includes('://')) {
    throw noVerb(`there is no verb ${first}; to read that file: sluice fetch -i ${first}`)
  }
  if (url.test(first)) return ['fetch', ...args]
  throw await unknownVerb(`sluice ${first}`, first, names)
}

async function unknownVerb(shown: string, given: string, names: readonly string[]): Promise<CommanderError> {
  const { suggestion } = await import('sluice/internal')
  const meant = suggestion(given, names)
  const known = names.length > 6 ? '; sluice --help lists the verbs' : `; there are ${names.join(', ')}`
  return noVerb(`there is no ${shown}${meant === '' ? known : meant}`)
}

function noVerb(message: string): CommanderError {
  return new CommanderError(2, 'sluice.unknownVerb', message)
}
