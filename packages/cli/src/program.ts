import { Command, CommanderError, type Option } from 'commander'
import { appVerbs } from './app-verbs.ts'
import { addOptions, addOptionsWithEnvironment } from './flags/build-command.ts'
import { type FetchFlags, fetchOptions } from './flags/fetch-flags.ts'
import { type DemoFlags, demoOptions, type SimulateFlags, simulateOptions } from './flags/simulate-flags.ts'
import { type Io, type Outcome, version } from './io.ts'
import { measureVerbs } from './measure-verbs.ts'
import { storeVerbs } from './store-verbs.ts'
import { helpTopics } from './verbs/help-topics.ts'

/**
 * The command with all its verbs. Running it fills in `outcome`; nothing in it ends the process. What a verb needs is loaded
 * when it is called, so that the others start at once.
 */
export function createProgram(io: Io, outcome: Outcome): Command {
  const program = new Command('sluice')
    .description('Thousands of API calls from a list: within the limits, with retries, every one accounted for.')
    .version(version, '-V, --version')
    .helpCommand(false)
    .showSuggestionAfterError()
    .exitOverride()
    .configureHelp({ helpWidth: Math.min(io.stdout.columns || 100, 120), optionDescription })
    .configureOutput({ writeOut: (text) => io.stdout.write(text), writeErr: (text) => io.stderr.write(text) })
    .addHelpText('after', firstSteps)
    .action(() => program.outputHelp())

  program.addCommand(fetchVerb(io, outcome))
  for (const verb of [...storeVerbs(io, outcome), ...measureVerbs(io, outcome)]) program.addCommand(verb)
  program.addCommand(simulateVerb(io, outcome))
  program.addCommand(demoVerb(io, outcome))
  program.addCommand(helpVerb(io, program))
  inheritSettings(program)
  // After that: it has settings of its own.
  for (const verb of appVerbs(io, outcome)) program.addCommand(verb)
  return program
}

function inheritSettings(parent: Command): void {
  for (const command of parent.commands) {
    command.copyInheritedSettings(parent).exitOverride()
    inheritSettings(command)
  }
}

/** Without the variable of each flag: one sentence says it for all of them. */
function optionDescription({ description, argChoices }: Option): string {
  return argChoices === undefined || description.includes(argChoices[0]!)
    ? description
    : `${description}: ${argChoices.join(', ')}`
}

const firstSteps = `
First steps:
  sluice demo                                                    a tour, without key or network
  sluice fetch 'https://api.example/items/[1-500]' -c 20         500 requests, 20 at once
  sluice fetch -i requests.jsonl --rate 10/s -o results.jsonl    from a list, 10 a second
  sluice bench 'https://api.example/items/[1-50]'                how many at once are best, and what limits it
  sluice fetch -i big.jsonl --store --name big                   kept: resume, retry, runs, export go on from it

Topics: sluice help ${[...helpTopics.keys()].join(', ')}
`

function fetchVerb(io: Io, outcome: Outcome): Command {
  const command = new Command('fetch')
    .description('run a set of requests, and print or store one result per request')
    .argument('[url...]', "URLs; 'https://api.example/{a,b}/[1-500]' stands for a thousand, :3000/x is localhost")
    .addHelpText('after', fetchExamples)
  addOptionsWithEnvironment(command, fetchOptions, io.env)
  return command.action(async (urls: readonly string[]) => {
    const { applySettings } = await import('./plan/settings-files.ts')
    await applySettings(command, { env: io.env, stderr: io.stderr })
    const { fetchCommand } = await import('./verbs/fetch.ts')
    outcome.exitCode = await fetchCommand(urls, command.opts<FetchFlags>(), io)
  })
}

const fetchExamples = `
Examples:
  sluice fetch 'https://api.example/items/[1-500]' -c 20 -o items.jsonl
  cat urls.txt | sluice fetch --rate 100/min --auth bearer:env:TOKEN
  sluice fetch -i people.csv --url 'https://api.example/people/{id}' --select id,data.name -o names.csv

Every long flag but those for files has a variable too: SLUICE_CONCURRENCY=20 is -c 20.
More: sluice help formats, sluice help limits, sluice help exit-codes, sluice help environment
`

function simulateVerb(io: Io, outcome: Outcome): Command {
  const command = new Command('simulate')
    .description('start the practice API on loopback, with the limits, delays and faults of real ones')
    .argument('[scenario]', 'by name (products, flaky, limited, ...), or a JSON file')
  addOptions(command, simulateOptions)
  return command.action(async (scenario: string | undefined) => {
    const { simulateCommand } = await import('./verbs/simulate.ts')
    outcome.exitCode = await simulateCommand(scenario, command.opts<SimulateFlags>(), io)
  })
}

function demoVerb(io: Io, outcome: Outcome): Command {
  const command = new Command('demo').description('a tour in half a minute: before and after, without key or network')
  addOptions(command, demoOptions)
  return command.action(async () => {
    const { demoCommand } = await import('./verbs/demo.ts')
    outcome.exitCode = await demoCommand(command.opts<DemoFlags>(), io)
  })
}

function helpVerb(io: Io, program: Command): Command {
  return new Command('help')
    .description('show help for a verb or a topic')
    .argument('[topic]', `a verb, or one of ${[...helpTopics.keys()].join(', ')}`)
    .action((topic: string | undefined) => {
      const text = topic === undefined ? undefined : helpTopics.get(topic)
      const verb = program.commands.find((command) => command.name() === topic)
      if (text !== undefined) io.stdout.write(text())
      else if (topic === undefined) program.outputHelp()
      else if (verb !== undefined) verb.outputHelp()
      else throw unknownTopic(topic, program)
    })
}

function unknownTopic(topic: string, program: Command): CommanderError {
  const known = [...program.commands.map((command) => command.name()), ...helpTopics.keys()]
  return new CommanderError(
    2,
    'sluice.unknownTopic',
    `there is no help about ${topic}; there is about ${known.join(', ')}`,
  )
}
