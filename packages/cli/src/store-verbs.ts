import { Command } from 'commander'
import { addOptions, addOptionsWithEnvironment, dropFalseSwitches } from './flags/build-command.ts'
import { fetchOptions } from './flags/fetch-flags.ts'
import {
  type ExportFlags,
  exportOptions,
  type ResumeFlags,
  type RetryFlags,
  resumeOptions,
  retryOptions,
  runsOptions,
  type ShowFlags,
  showOptions,
  type WorkerFlags,
  workerOptions,
} from './flags/store-flags.ts'
import type { Io, Outcome } from './io.ts'
import type { GivenFlags } from './verbs/resume.ts'

/** The verbs about runs that are kept in a store. */
export function storeVerbs(io: Io, outcome: Outcome): Command[] {
  return [
    resumeVerb(io, outcome),
    retryVerb(io, outcome),
    workerVerb(io, outcome),
    runsVerb(io, outcome),
    exportVerb(io, outcome),
  ]
}

function resumeVerb(io: Io, outcome: Outcome): Command {
  const command = new Command('resume')
    .description('do what is left of a stored run, with the settings it began with')
    .argument('[run]', 'its name; without one the newest that is not finished')
    .addHelpText('after', givenAgain)
  dropFalseSwitches(fetchOptions, io.env)
  addOptions<GivenFlags & ResumeFlags>(command, { ...fetchOptions, ...resumeOptions } as never)
  return command.action(async (name: string | undefined) => {
    const { resumeCommand } = await import('./verbs/resume.ts')
    outcome.exitCode = await resumeCommand(name, await givenFlags(command), io)
  })
}

function retryVerb(io: Io, outcome: Outcome): Command {
  const command = new Command('retry')
    .description('do again what has failed in a stored run; successes are not touched')
    .argument('<run>', 'its name')
    .addHelpText('after', givenAgain)
  dropFalseSwitches(fetchOptions, io.env)
  addOptions<GivenFlags & RetryFlags>(command, { ...fetchOptions, ...resumeOptions, ...retryOptions } as never)
  return command.action(async (name: string) => {
    const { retryCommand } = await import('./verbs/resume.ts')
    outcome.exitCode = await retryCommand(name, await givenFlags(command), io)
  })
}

const givenAgain = `
Flags that are given here win over those the run began with. Secrets are not kept: env:NAME and file:PATH are, by name.
`

function workerVerb(io: Io, outcome: Outcome): Command {
  const command = new Command('worker')
    .description('do runs in a PostgreSQL store together with all other workers')
    .addHelpText('after', workerExamples)
  addOptionsWithEnvironment(command, workerOptions, io.env)
  return command.action(async () => {
    const { workerCommand } = await import('./verbs/worker/worker.ts')
    outcome.exitCode = await workerCommand(command.opts<WorkerFlags>(), io)
  })
}

const workerExamples = `
Examples:
  export SLUICE_STORE=postgres://me@db.example/runs PGPASSWORD=...
  sluice fetch -i urls.txt --rate 100/s --detach --name nightly
  sluice worker                                    on as many machines as you like
  sluice worker --runs nightly --until-done        ends with 0 when it is done, with 7 if parked items are left
  sluice worker --health 0.0.0.0:9090              for probes and Prometheus

What a run needs is in the store, but its secrets: set the variables that it names (env:TOKEN) here too.
`

function runsVerb(io: Io, outcome: Outcome): Command {
  const runs = new Command('runs').description('what a store of runs holds')
  const verb = (usage: string, sentence: string, act: (name: string, flags: ShowFlags) => Promise<number>): Command => {
    const [name, argument] = usage.split(' ')
    const command = new Command(name!).description(sentence)
    if (argument !== undefined) command.argument(argument, 'its name')
    addOptions(command, name === 'show' ? showOptions : runsOptions)
    return command.action(async (run: string) => {
      outcome.exitCode = await act(argument === undefined ? '' : run, command.opts<ShowFlags>())
    })
  }
  const list = verb('list', 'all runs, the newest first', async (_, flags) =>
    (await import('./verbs/runs.ts')).listRuns(flags, io),
  )
  runs.addCommand(list, { isDefault: true })
  runs.addCommand(
    verb('show <run>', 'counts, statuses, errors, times and waste of a run', async (name, flags) =>
      (await import('./verbs/runs.ts')).showRun(name, flags, io),
    ),
  )
  runs.addCommand(
    verb('rm <run>', 'forget a run with its results', async (name, flags) =>
      (await import('./verbs/runs.ts')).removeRun(name, flags, io),
    ),
  )
  return runs
}

function exportVerb(io: Io, outcome: Outcome): Command {
  const command = new Command('export')
    .description('write the results of a stored run, in the order of its input')
    .argument('<run>', 'its name')
  addOptions(command, exportOptions)
  return command.action(async (name: string) => {
    const { exportCommand } = await import('./verbs/export.ts')
    outcome.exitCode = await exportCommand(name, command.opts<ExportFlags>(), io)
  })
}

/** Those that were typed, or stand in the environment or in a profile, without defaults. */
async function givenFlags(command: Command): Promise<GivenFlags & RetryFlags> {
  const { applyProfile } = await import('./plan/settings-files.ts')
  await applyProfile(command)
  const given = command.options
    .map((option) => option.attributeName())
    .filter((name) => ['cli', 'env', 'profile'].includes(command.getOptionValueSource(name) ?? ''))
  return Object.fromEntries(given.map((name) => [name, command.getOptionValue(name) as unknown]))
}
