import { existsSync } from 'node:fs'
import { CommanderError } from 'commander'
import { verbName } from './completion.ts'
import { verbs } from './verb-table.ts'

/** First arguments that are for the program itself. */
const own: ReadonlySet<string> = new Set(['-h', '--help', '-V', '--version'])

/** Recognises a URL: one with a scheme, a port, or a dot in the name of its host. */
const url = /^(https?:\/\/|:\d|localhost(?=[:/?]|$)|\[[\da-f:]+\]|[a-z\d-]+(\.[a-z\d-]+)+(?=[:/?[{]|$))/i

/**
 * The arguments with the verb that is meant: `sluice https://api.example` is `sluice fetch https://api.example`.
 *
 * @throws CommanderError with the verb that was probably meant, for one that does not exist
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
