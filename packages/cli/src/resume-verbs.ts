import type { Command } from 'commander'
import { type FetchFlags, fetchFlags } from './flags/fetch-flags.ts'
import { type ResumeFlags, resumeFlags, retryFlags } from './flags/store-flags.ts'
import type { Verb } from './verb.ts'

/** Flags of fetch that the help of resume and retry leaves out: all but those of the store. */
const unlisted = Object.fromEntries(Object.entries(fetchFlags).filter(([name]) => !['store', 'schema'].includes(name)))

const givenAgain = `
Every flag of sluice fetch can be given too, such as -c 20 or -o FILE, and
overrides the one that the run started with. Secrets are not stored: env:NAME
and file:PATH are, by name.
`
const asFetch =
  'Every flag of `fetch` can be given too, and overrides the one that the run started with; these are its own:'

/** `resume` and `retry`: they continue a run with the flags that it started with. */
export const resumeVerbs: readonly Verb[] = [
  {
    usage: 'resume [run]',
    description: 'finish a stored run, with the settings it started with',
    argument: 'name of the run; by default the newest unfinished one',
    flags: { ...fetchFlags, ...resumeFlags },
    shared: unlisted,
    after: `
Examples:
  sluice resume                                    the newest unfinished run
  sluice resume nightly --rate 50/s -o nightly.jsonl
${givenAgain}`,
    reference: `Finishes a stored run. ${asFetch}`,
    run: async ({ args: [name], command, io }) =>
      (await import('./verbs/resume.ts')).resumeCommand(name, await givenFlags(command), io),
  },
  {
    usage: 'retry <run>',
    description: 'repeat the failures of a stored run; successes are not touched',
    argument: 'name of the run',
    flags: { ...fetchFlags, ...resumeFlags, ...retryFlags },
    shared: unlisted,
    after: `
Examples:
  sluice retry nightly
  sluice retry nightly --status 5xx --older-than 10min
${givenAgain}`,
    reference: `Repeats the failures of a stored run. ${asFetch}`,
    run: async ({ args, command, io }) =>
      (await import('./verbs/resume.ts')).retryCommand(args[0]!, await givenFlags(command), io),
  },
]

/** Flags that were typed or set in the environment or in a profile, without defaults. */
async function givenFlags(command: Command): Promise<Partial<FetchFlags> & ResumeFlags> {
  const { applyProfile } = await import('./plan/settings-files.ts')
  await applyProfile(command, fetchFlags)
  const given = command.options
    .map((option) => option.attributeName())
    .filter((name) => ['cli', 'env', 'profile'].includes(command.getOptionValueSource(name) ?? ''))
  return Object.fromEntries(given.map((name) => [name, command.getOptionValue(name) as unknown]))
}
