import { type Flag, type FlagsOf, flagTable } from './flag.ts'
import { limitFlags } from './limit-flags.ts'
import { requestFlags } from './request-flags.ts'
import { resultFlags } from './result-flags.ts'
import { runFlags } from './run-flags.ts'

/** All flags of `fetch`. A new flag is an object in one of these tables. */
export const fetchFlags = { ...requestFlags, ...limitFlags, ...resultFlags, ...runFlags }

/** Parsed flags of `fetch`. */
export type FetchFlags = FlagsOf<typeof fetchFlags>

/** Defaults that commander fills in for `--no-` flags. */
export const untouched = { glob: true, learn: true, body: true } satisfies FetchFlags

type InBench = {
  [Name in keyof typeof fetchFlags]: (typeof fetchFlags)[Name] extends { inBench: true } ? Name : never
}[keyof typeof fetchFlags]

/** Flags that `bench` shares with `fetch`: the requests, and how each is sent. In settings files they apply to both. */
export const benchRequestFlags = Object.fromEntries(
  Object.entries<Flag>(fetchFlags).filter(([, flag]) => flag.inBench === true),
) as Pick<typeof fetchFlags, InBench>

/** All flags of `bench`. */
export const benchFlags = {
  ...flagTable({
    count: {
      flag: '-n, --count <n>',
      group: 'Measurement',
      help: 'requests per row and round; a shorter list is repeated',
      default: '50',
      option: 'bench.count',
      parse: 'count',
    },
    levels: {
      flag: '--levels <list>',
      group: 'Measurement',
      help: 'concurrency levels to try; those above --count are left out',
      default: '1,5,10,20,50',
      option: 'bench.levels',
      parse: 'counts',
    },
    repeat: {
      flag: '--repeat <n>',
      group: 'Measurement',
      help: 'rounds; each measures every row once',
      default: '3',
      option: 'bench.repeat',
      parse: 'count',
    },
    auto: {
      flag: '--no-auto',
      group: 'Measurement',
      help: 'skip the automatic-concurrency row',
      option: 'bench.auto',
    },
    yes: {
      flag: '--yes',
      group: 'Measurement',
      help: 'skip the question before sending to hosts other than this machine, or with methods that may change something',
      hasVariable: false,
    },
  }),
  ...benchRequestFlags,
  ...flagTable({
    report: {
      flag: '--report <file>',
      group: 'Output',
      help: 'write a page with all measurements, .html or .md',
      hasVariable: false,
    },
    json: {
      flag: '--json <file>',
      group: 'Output',
      help: 'write all measurements as JSON; `-` is stdout, which moves the table to stderr',
      hasVariable: false,
    },
    saveProfile: {
      flag: '--save-profile <name>',
      group: 'Output',
      help: 'save the best concurrency, and the rate if one was found, in ./sluice.profiles.json for sluice fetch --profile NAME',
      hasVariable: false,
    },
  }),
}

/** Parsed flags of `bench`. */
export type BenchFlags = FlagsOf<typeof benchFlags>

/** Parsed flags that `bench` shares with `fetch`. */
export type BenchRequestFlags = FlagsOf<typeof benchRequestFlags>
