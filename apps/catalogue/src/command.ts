import { createWriteStream, existsSync, statSync } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import type { Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { Command, CommanderError, InvalidArgumentError, Option, type OptionValues } from 'commander'
import {
  AuthError,
  ClientError,
  RejectedError,
  ResponseError,
  SettingsError,
  SluiceError,
  TransportError,
} from 'sluice'
import { sqliteStore } from 'sluice/stores/sqlite'
import { Catalogue, type CatalogueOptions } from './catalogue.ts'

/** Output of the command: data and messages. */
type CommandIo = Readonly<Record<'stdout' | 'stderr', Writable>>

/** Runs `catalogue` with these arguments and resolves to its exit code. Never ends the process. */
export async function catalogueCommand(args: readonly string[], { stdout, stderr }: CommandIo): Promise<number> {
  let exitCode = 0
  const fail = (code: number, text: string): void => {
    exitCode = code
    if (code > 0) stderr.write(`error: ${cleanText(text)}\n`)
  }
  const program = new Command('catalogue')
    .description('Manage the products of a catalogue, with a client made with Sluice.')
    .addOption(new Option('--url <url>', 'URL of the API').env('CATALOGUE_URL'))
    .addOption(new Option('--user <name>', 'user who logs in').env('CATALOGUE_USER'))
    .addOption(new Option('--password <text>', 'password; safer in its variable').env('CATALOGUE_PASSWORD'))
    .option('--timeout <time>', 'time for one attempt; 30s by default, 0 is no limit')
    .option('--deadline <time>', 'time for one call, with all its waits and attempts')
    .option('--rate <rate>', 'maximum rate, such as 10/s or 100/min')
    .option('--simulated', 'use the practice API in this process: no network, nothing to set up')
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({ writeOut: (text) => stdout.write(text), writeErr: (text) => stderr.write(text) })
    .exitOverride()

  type Run<Flags> = (catalogue: Catalogue, flags: Flags, argument: number) => Promise<void>
  const verb = <Flags extends OptionValues>(name: string, description: string, run: Run<Flags>): Command => {
    const command = program.command(name).description(description)
    return command.action(async (argument: unknown) => {
      try {
        await using catalogue = new Catalogue(await optionsOf(program.opts()))
        await run(catalogue, command.opts<Flags>(), argument as number)
      } catch (error) {
        const problem = error instanceof ResponseError ? error.problem : undefined
        const details = [problem?.detail, problem?.errors && JSON.stringify(problem.errors)].filter(Boolean)
        fail(exitCodeOf(error), [(error as Error).message, ...details].join(': '))
      }
    })
  }

  verb('login', 'check user and password', async (catalogue) => {
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
    .option('--page <number>', 'number of the page', count, 1)
    .option('--per-page <number>', 'products on a page, at most 100', count, 20)

  verb('get', 'show one product as JSON', async (catalogue, _, id) => {
    const product = await catalogue.product(id)
    if (product === undefined) fail(3, `there is no product ${id}`)
    else stdout.write(`${JSON.stringify(product, undefined, 2)}\n`)
  }).argument('<id>', 'number of the product', count)

  type Export = {
    readonly output: string
    readonly store?: string
    readonly perPage: number
    readonly concurrency: number
  }
  verb<Export>(
    'export',
    'write all products, one JSON object per line',
    async (catalogue, { output, store: path, ...how }) => {
      const store = path === undefined ? undefined : await sqliteStore({ path })
      let pages = 0
      catalogue.client.on((event) => void (event.type === 'call.settled' && event.ok && pages++))
      const telling = setInterval(() => stderr.write(`${pages} pages so far\n`), 5_000)
      try {
        const written = await writeLines(output, catalogue.allProducts({ ...how, ...(store && { store }) }), stdout)
        stderr.write(`${written} products\n`)
      } finally {
        clearInterval(telling)
        await store?.close()
      }
    },
  )
    .requiredOption('-o, --output <file>', 'file, written atomically; - for standard output')
    .option(
      '--store <file>',
      'keep pages in this file until all are there: after a failure, only missing ones are requested',
    )
    .option('--per-page <number>', 'products on a page, at most 100', count, 100)
    .option('-c, --concurrency <number>', 'pages at the same time', count, 10)

  try {
    await program.parseAsync(args, { from: 'user' })
    return exitCode
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
    throw error
  }
}

async function optionsOf({ url, user, password, simulated, ...limits }: OptionValues): Promise<CatalogueOptions> {
  if (simulated) {
    const transport = (await import('@sluice/simulator')).simulatorTransport()
    const login = { user: user || 'you', password: password || 'practice' }
    return { baseUrl: 'https://catalogue.test', ...login, transport, ...limits }
  }
  if (url && user && password) return { baseUrl: url, user, password, ...limits }
  throw new SettingsError('set CATALOGUE_URL, CATALOGUE_USER and CATALOGUE_PASSWORD, or try it with --simulated')
}

function count(text: string): number {
  if (/^[1-9]\d{0,14}$/.test(text)) return Number(text)
  throw new InvalidArgumentError('Expected a whole number, at least 1.')
}

/** Exit code, as in `sluice`: 0 success, 2 usage, 3 failed, 4 refused, 6 unreachable. @throws bugs unchanged. */
function exitCodeOf(error: unknown): number {
  const isWrapped = error instanceof AuthError || error instanceof RejectedError
  if (isWrapped && error.cause instanceof SluiceError) return exitCodeOf(error.cause)
  if (error instanceof SettingsError) return 2
  if (error instanceof ClientError && [401, 403].includes(error.status)) return 4
  if (error instanceof TransportError) return 6
  if (error instanceof SluiceError) return 3
  if (error instanceof Error && 'syscall' in error) return 'code' in error && error.code === 'EPIPE' ? 0 : 2
  throw error
}

/** Writes JSON Lines to `stdout` for `-`, otherwise to a file, atomically. Resolves to the number of lines. */
async function writeLines(file: string, values: AsyncIterable<unknown>, stdout: Writable): Promise<number> {
  let written = 0
  async function* lines(): AsyncGenerator<string> {
    for await (const value of values) {
      yield `${JSON.stringify(value)}\n`
      written++
    }
  }
  const part = `${file}.part`
  if (file === '-') await pipeline(lines, stdout, { end: false })
  else if (existsSync(file) && !statSync(file).isFile()) await pipeline(lines, createWriteStream(file))
  else {
    const whole = pipeline(lines, createWriteStream(part, { flush: true })).then(() => rename(part, file))
    await whole.catch((error: unknown) => rm(part, { force: true }).then(() => Promise.reject(error)))
  }
  return written
}

/** Replaces control characters in external text, which could steer a terminal. */
const cleanText = (text: string): string => text.replaceAll(/[\p{Cc}\p{Cf}]/gu, ' ')
