import { Command, CommanderError, type Option } from 'commander'
import { completeArgs } from './complete-args.ts'
import { verbName } from './completion.ts'
import { addFlags, fillBareFlags, namingVariable } from './flags/build-command.ts'
import { helpTopics } from './help-topics.ts'
import { type Io, type Outcome, version } from './io.ts'
import type { StoreFlag } from './jobs/store-place.ts'
import type { Verb } from './verb.ts'
import { verbs } from './verb-table.ts'

/** Runs the command with these arguments, which exclude the paths of Node and of the script. */
export async function runProgram(io: Io, outcome: Outcome, args: readonly string[]): Promise<void> {
  const others = ['help', ...apps.map(({ name }) => name)]
  const completed = await completeArgs(args, others)
  const called = verbs.find((verb) => verbName(verb) === completed[0])
  await createProgram(io, outcome, called === undefined ? verbs : [called]).parseAsync(completed, { from: 'user' })
}

/**
 * Creates the command with these verbs: the one that is called, or all for the help. Running it fills in `outcome`; it
 * never exits the process. The modules of a verb are loaded when it is called, to keep startup fast.
 */
function createProgram(io: Io, outcome: Outcome, verbs: readonly Verb[]): Command {
  const output = {
    writeOut: (text: string) => io.stdout.write(text),
    writeErr: (text: string) => io.stderr.write(text),
  }
  const program = new Command('sluice')
    .description('Thousands of API calls from a list: within the limits, with retries, every one accounted for.')
    .version(version, '-V, --version')
    .helpCommand(false)
    .showSuggestionAfterError()
    .exitOverride()
    .configureHelp({ helpWidth: Math.min(io.stdout.columns || 100, 120), optionDescription })
    .configureOutput(output)
    .addHelpText('after', firstSteps)
    .action(() => program.outputHelp())

  for (const verb of verbs) program.addCommand(toCommand(verb, io, outcome))
  program.addCommand(helpVerb(io, program))
  inheritSettings(program)
  // Added last, because applications have their own settings.
  for (const app of apps) program.addCommand(appCommand(app, io, outcome).configureOutput(output))
  return program
}

function toCommand(verb: Verb, io: Io, outcome: Outcome): Command {
  const { usage, description, argument, flags, shared = {}, after, verbs, run } = verb
  const [name, parameter] = usage.split(' ')
  const command = new Command(name!).description(description)
  if (argument !== undefined) command.argument(parameter!, argument)
  if (after !== undefined) command.addHelpText('after', after.trimEnd())
  addFlags(command, flags, io.env)
  for (const option of command.options) if (Object.hasOwn(shared, option.attributeName())) option.hideHelp()
  for (const [index, inner] of (verbs ?? []).entries()) {
    command.addCommand(toCommand(inner, io, outcome), { isDefault: index === 0 })
  }
  if (run === undefined) return command
  return command.action(async () => {
    fillBareFlags(command, flags, io.env)
    const { store, schema } = command.opts<{ store?: StoreFlag; schema?: string }>()
    if (schema !== undefined) {
      const { storeWithSchema } = await import('./jobs/store-place.ts')
      command.setOptionValue('store', storeWithSchema(store, schema))
    }
    try {
      outcome.exitCode = await run({ args: command.args, command, io })
    } catch (error) {
      throw namingVariable(error, command, flags)
    }
  })
}

function inheritSettings(parent: Command): void {
  for (const command of parent.commands) {
    command.copyInheritedSettings(parent).exitOverride()
    inheritSettings(command)
  }
}

/** Description without the environment variable of each flag: the help describes these in one sentence. */
function optionDescription({ description, argChoices }: Option): string {
  return argChoices === undefined || description.includes(argChoices[0]!)
    ? description
    : `${description}: ${argChoices.join(', ')}`
}

const firstSteps = `
First steps:
  sluice demo                                      a tour: no key, no network
  sluice fetch 'https://api.example/items/[1-500]' -c 20
                                                   500 requests, 20 at once
  sluice fetch -i urls.txt --rate 10/s -o results.jsonl
                                                   from a list, 10 a second
  sluice bench 'https://api.example/items/[1-50]'
                                                   the best concurrency
  sluice fetch -i urls.txt --store --name big      stored: sluice resume, retry,
                                                   runs and export continue it

More: sluice help TOPIC
  ${[...helpTopics.keys()].join(', ')}`

function helpVerb(io: Io, program: Command): Command {
  return new Command('help')
    .description('show help for a verb or a topic')
    .argument('[topic]', `a verb, or one of ${[...helpTopics.keys()].join(', ')}`)
    .action(async (topic: string | undefined) => {
      const text = topic === undefined ? undefined : helpTopics.get(topic)
      const verb = program.commands.find((command) => command.name() === topic)
      if (text !== undefined) io.stdout.write(text())
      else if (topic === undefined) program.outputHelp()
      else if (verb !== undefined) verb.outputHelp()
      else throw await unknownTopic(topic, program)
    })
}

async function unknownTopic(topic: string, program: Command): Promise<CommanderError> {
  const known = [...new Set([...program.commands.map((command) => command.name()), ...helpTopics.keys()])]
  const { suggestion } = await import('sluice/internal')
  const meant = suggestion(topic, known) || `; the topics are ${known.join(', ')}`
  return new CommanderError(2, 'sluice.unknownTopic', `there is no help topic ${topic}${meant}`)
}

/** An application that parses its arguments and prints its help itself. */
interface App {
  readonly name: string
  readonly description: string
  readonly usage: string
  readonly run: (args: readonly string[], io: Io) => Promise<number>
}

const apps: readonly App[] = [
  {
    name: 'news',
    description: 'read news from many sources, fetched concurrently, each within its own limits',
    usage: 'fetch|list|read|serve|sources|opml|bench [options]',
    run: async (args, io) => (await import('@sluice/news/command')).newsCommand(args, io),
  },
  {
    name: 'catalogue',
    description: 'list and export products of an API: an example of a client built on Sluice',
    usage: 'login|list|get|export [options]',
    run: async (args, io) => (await import('@sluice/catalogue/command')).catalogueCommand(args, io),
  },
]

function appCommand({ name, description, usage, run }: App, io: Io, outcome: Outcome): Command {
  return new Command(name)
    .description(description)
    .usage(usage)
    .argument('[args...]', `as of the command \`${name}\`; --help lists them`)
    .helpOption(false)
    .allowUnknownOption()
    .action(async (args: readonly string[]) => {
      outcome.exitCode = await run(args, io)
    })
}
