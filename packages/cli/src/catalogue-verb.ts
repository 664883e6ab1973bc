import { Command } from 'commander'
import type { Io } from './io.ts'
import type { Outcome } from './outcome.ts'

/** The command of the app, which reads its arguments and shows its help itself. */
export function catalogueVerb(io: Io, outcome: Outcome): Command {
  return new Command('catalogue')
    .description('the products of an API by a client made with Sluice, the model for your own')
    .usage('login|list|get|export [options]')
    .argument('[args...]', 'as of the command `catalogue`; --help lists them')
    .helpOption(false)
    .allowUnknownOption()
    .configureOutput({ writeOut: (text) => io.stdout.write(text), writeErr: (text) => io.stderr.write(text) })
    .action(async (args: readonly string[]) => {
      const { catalogueCommand } = await import('@sluice/catalogue/command')
      outcome.exitCode = await catalogueCommand(args, io)
    })
}
