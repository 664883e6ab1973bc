import type { Writable } from 'node:stream'
import { Command, CommanderError, InvalidArgumentError, Option, type OptionValues } from 'commander'
import { ResponseError, SettingsError, TransportError } from 'sluice'
import { Catalogue, type CatalogueOptions } from './catalogue.ts'
import { exitCodeOf } from './exit-code.ts'
import { cleanText, writeLines } from './output.ts'

/** Where the command writes: data to one, talk to the other. */
type CommandIo = Readonly<Record<'stdout' | 'stderr', Writable>>

/** Runs `catalogue` with these arguments, and resolves to its exit code. Ends no process. */
export async function catalogueCommand(args: readonly string[], { stdout, stderr }: CommandIo): Promise<number> {
  let exitCode = 0
  const fail = (code: number, text: string): void => {
    exitCode = code
    if (code > 0) stderr.write(`error: ${cleanText(text)}\n`)
  }
  const program = new Command('catalogue')
    .description('The products of a catalogue, by a client made with Sluice.')
    .addOption(new Option('--url <url>', 'where the API is').env('CATALOGUE_URL'))
    .addOption(new Option('--user <name>', 'who logs in').env('CATALOGUE_USER'))
    .addOption(new Option('--password <text>', 'its variable hides it from others').env('CATALOGUE_PASSWORD'))
    .option('--simulated', 'use the practice API in this process: no network, nothing to set up')
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({ writeOut: (text) => stdout.write(text), writeErr: (text) => stderr.write(text) })
    .exitOverride()

  type Run<Flags> = (catalogue: Catalogue, flags: Flags, argument: number) => Promise<void>
  const verb = <Flags extends OptionValues>(name: string, description: string, run: Run<Flags>): Command => {
    const command = program.command(name).description(description)
    return command.action(async (argument: unknown) => {
      let [isReached, trouble] = [false, '']
      try {
        await using catalogue = new Catalogue(await optionsOf(program.opts()))
        catalogue.client.on((event) => {
          if ('status' in event) isReached ||= event.status !== undefined
          if ('error' in event && event.error instanceof TransportError) trouble = event.error.message
        })
        await run(catalogue, command.opts<Flags>(), argument as number)
      } catch (error) {
        const problem = error instanceof ResponseError ? error.problem : undefined
        const details = [problem?.detail, problem?.errors && JSON.stringify(problem.errors)].filter(Boolean)
        const code = exitCodeOf(error, isReached)
        fail(code, code === 6 ? trouble : [(error as Error).message, ...details].join(': '))
      }
    })
  }

  verb('login', 'find out whether user and password are right', async (catalogue) => {
    const { total } = await catalogue.products({ perPage: 1 })
    stdout.write(`logged in; there are ${total} products\n`)
  })

  type Page = { readonly page: number; readonly perPage: number }
  verb<Page>('list', 'show a page: number, price, currency, stock, name', async (catalogue, { page, perPage }) => {
    const { items, total } = await catalogue.products({ page, perPage })
    for (const { id, price, currency, stock, name } of items) {
      const cells = [String(id).padStart(6), price.toFixed(2).padStart(9), currency, String(stock).padStart(5), name]
      stdout.write(`${cleanText(cells.join('  '))}\n`)
    }
    stderr.write(`page ${page} of ${Math.ceil(total / perPage)}, ${total} products\n`)
  })
    .option('--page <number>', 'which one', count, 1)
    .option('--per-page <number>', 'products on a page, at most 100', count, 20)

  verb('get', 'show one product as JSON', async (catalogue, _, id) => {
    const product = await catalogue.product(id)
    if (product === undefined) fail(3, `there is no product ${id}`)
    else stdout.write(`${JSON.stringify(product, undefined, 2)}\n`)
  }).argument('<id>', 'its number', count)

  type Export = { readonly output: string; readonly perPage: number; readonly concurrency: number }
  verb<Export>('export', 'write all products, a line of JSON each', async (catalogue, { output, ...options }) => {
    const written = await writeLines(output, catalogue.allProducts(options), stdout)
    stderr.write(`${written} products\n`)
  })
    .requiredOption('-o, --output <file>', 'appears when it is whole; - for standard output')
    .option('--per-page <number>', 'products on a page, at most 100', count, 100)
    .option('-c, --concurrency <number>', 'pages at the same time', count, 10)

  try {
    await program.parseAsync(args, { from: 'user' })
    return exitCode
  } catch (error) {
    // It has printed its message already.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
    throw error
  }
}

async function optionsOf({ url, user, password, simulated }: OptionValues): Promise<CatalogueOptions> {
  if (simulated) {
    const transport = (await import('@sluice/simulator')).simulatorTransport()
    return { baseUrl: 'https://catalogue.test', user: user || 'you', password: password || 'practice', transport }
  }
  if (url && user && password) return { baseUrl: url, user, password }
  throw new SettingsError('set CATALOGUE_URL, CATALOGUE_USER and CATALOGUE_PASSWORD, or try it with --simulated')
}

function count(text: string): number {
  if (/^[1-9]\d{0,14}$/.test(text)) return Number(text)
  throw new InvalidArgumentError('A whole number from 1 up is wanted.')
}
