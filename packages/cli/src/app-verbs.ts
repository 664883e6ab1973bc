import { Command } from 'commander'
import type { Io, Outcome } from './io.ts'

/** The commands of the applications, which read their arguments and show their help themselves. */
export function appVerbs(io: Io, outcome: Outcome): Command[] {
  return [
    appVerb(io, outcome, {
      name: 'news',
      description: 'news from many sources at the same time, each within its own limits, in one list and one page',
      usage: 'fetch|list|read|serve|sources|opml|bench [options]',
      run: async (args) => (await import('@sluice/news/command')).newsCommand(args, io),
    }),
    appVerb(io, outcome, {
      name: 'catalogue',
      description: 'the products of an API by a client made with Sluice, the model for your own',
      usage: 'login|list|get|export [options]',
      run: async (args) => (await import('@sluice/catalogue/command')).catalogueCommand(args, io),
    }),
  ]
}

interface App {
  readonly name: string
  readonly description: string
  readonly usage: string
  readonly run: (args: readonly string[]) => Promise<number>
}

function appVerb(io: Io, outcome: Outcome, { name, description, usage, run }: App): Command {
  return new Command(name)
    .description(description)
    .usage(usage)
    .argument('[args...]', `as of the command \`${name}\`; --help lists them`)
    .helpOption(false)
    .allowUnknownOption()
    .configureOutput({ writeOut: (text) => io.stdout.write(text), writeErr: (text) => io.stderr.write(text) })
    .action(async (args: readonly string[]) => {
      outcome.exitCode = await run(args)
    })
}
