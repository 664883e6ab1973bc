import type { FetchFlags } from '../flags/fetch-flags.ts'
import type { Io } from '../io.ts'
import { checkDistinct, type NamedFile } from '../outputs/distinct-places.ts'
import { outputPath } from '../outputs/output-target.ts'
import type { FetchPlan } from '../plan/fetch-plan.ts'
import { storeFile } from './store-place.ts'

/** Checks that a run writes no file twice, and none that it reads. @throws SettingsError that names both flags */
export function checkRunPlaces(flags: FetchFlags, plan: FetchPlan, io: Io): void {
  const { log, har, report, summary, store, data, json } = flags
  const output = flags.output === undefined ? undefined : outputPath(flags.output)
  const toStdout = output === undefined ? store === undefined : output === '-'
  checkDistinct(
    [
      { flag: '-o', path: output },
      { flag: '--store', path: store === undefined ? undefined : storeFile(store) },
      { flag: '--har', path: har },
      { flag: '--log', path: log },
      { flag: '--report', path: report },
      { flag: '--summary', path: summary },
      { flag: 'stdout', fd: toStdout ? fdOf(io.stdout) : undefined },
    ],
    [
      ...(plan.input.files ?? []).map((path) =>
        path === '-' ? { flag: 'stdin', fd: fdOf(io.stdin) } : { flag: `-i ${path}`, path },
      ),
      fileOf('--data', data),
      fileOf('--json', json),
    ],
  )
}

/**
 * Template of file names in --out-dir. `--name` acts as `--file-name` if it contains placeholders, and without
 * --store.
 */
export function fileTemplate({ fileName, name, store }: FetchFlags): string {
  const alias = store === undefined || isTemplate(name) ? name : undefined
  return fileName ?? alias ?? '{index}-{id}'
}

/** Name of a stored run; undefined if the store generates one. */
export function runName({ name }: FetchFlags): string | undefined {
  return isTemplate(name) ? undefined : name
}

function isTemplate(name: string | undefined): boolean {
  return name?.includes('{') === true
}

/** Files that a run writes, apart from bodies. */
export function writtenFiles({ output, har, log, report, summary }: FetchFlags): readonly (string | undefined)[] {
  return [output === undefined ? undefined : outputPath(output), har, log, report, summary]
}

function fileOf(flag: string, text: string | undefined): NamedFile {
  return { flag: `${flag} ${text}`, path: text?.startsWith('file:') === true ? text.slice('file:'.length) : undefined }
}

/** Node's types omit `fd` for streams that need not be terminals. */
function fdOf(stream: Io['stdin'] | Io['stdout']): number | undefined {
  return (stream as { readonly fd?: number }).fd
}
