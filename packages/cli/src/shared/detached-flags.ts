import { SettingsError } from 'sluice'
import type { FetchFlags } from '../options/fetch-flags.ts'
import type { StoredSettings } from '../run/stored-settings.ts'

/** What cannot be done when nobody waits for the results, and what to do instead. */
const notDetached: ReadonlyMap<keyof FetchFlags, readonly [flag: string, instead: string]> = new Map([
  ['output', ['-o', 'the results are in the store; sluice export RUN -o FILE writes them']],
  ['append', ['--append', 'sluice export RUN -o FILE.jsonl --append adds the results to a file']],
  ['select', ['--select', 'all is kept in the store; give it to sluice export']],
  ['ordered', ['--ordered', 'a stored run has its results in order by itself']],
  ['outDir', ['--out-dir', 'bodies are kept in the store, where sluice export takes them from']],
  ['skipExisting', ['--skip-existing', 'sluice resume leaves out what is done']],
  ['report', ['--report', 'sluice report RUN writes a page at any time']],
  ['summary', ['--summary', 'sluice runs show RUN --json tells it at any time']],
  ['har', ['--har', 'it goes without --store only']],
  ['paginate', ['--paginate', 'it goes without --store only']],
  ['log', ['--log', 'nothing is sent here; give it to sluice worker']],
  ['failOn', ['--fail-on', threshold()]],
  ['minSuccess', ['--min-success', threshold()]],
  ['maxP95', ['--max-p95', threshold()]],
  ['maxTime', ['--max-time', endless()]],
  ['failFast', ['--fail-fast', endless()]],
  ['maxFailures', ['--max-failures', endless()]],
])

function threshold(): string {
  return 'nobody waits for the end of the run; compare with what sluice runs show RUN --json tells then'
}

function endless(): string {
  return 'no single process can end a run that many work on; stop the workers, whose chunks are kept'
}

/** @throws SettingsError for a flag that needs somebody who waits for the results, with what to do instead. */
export function checkDetached(flags: FetchFlags): void {
  for (const [name, [flag, instead]] of notDetached) {
    const value = flags[name]
    if (value !== undefined && value !== false) throw new SettingsError(`${flag} with --detach: ${instead}`)
  }
  if (!flags.body) throw new SettingsError('--no-body with --detach: bodies are kept; give it to sluice export')
  if (flags.name?.includes('{') === true)
    throw new SettingsError('--name with --detach: it is the name of the run, and no template')
}

/** @throws SettingsError if a secret was typed: workers, on other machines, would not have it. */
export function checkSecretsForWorkers({ withheld }: StoredSettings): void {
  if (withheld.length === 0) return
  throw new SettingsError(
    `${withheld.join(', ')} with --detach: a secret that was typed is not kept, and workers need it; ` +
      'give it as env:NAME, and set that variable where they run',
  )
}

/** Flags that say how the input is read and what is shown: all that counts when the reading of a run goes on. */
const ofReading: ReadonlySet<string> = new Set([
  'detach',
  'store',
  'input',
  'inputFormat',
  'skipBadInput',
  'force',
  'envFile',
  'progress',
  'quiet',
  'color',
  'profile',
  'config',
])

/** The flags that change nothing any more, because workers go by the settings that are kept with the run. */
export function uselessForWorkers(given: Readonly<Record<string, unknown>>): string[] {
  return Object.keys(given)
    .filter((name) => !ofReading.has(name))
    .map((name) => `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`)
}
