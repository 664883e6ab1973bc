import { benchOptions } from './flags/bench-flags.ts'
import { fetchOptions } from './flags/fetch-flags.ts'
import { type OptionSpec, optionGroups, twinOf } from './flags/flag.ts'
import { storeOption } from './flags/result-flags.ts'
import { demoOptions, simulateOptions } from './flags/simulate-flags.ts'
import {
  exportOptions,
  reportOptions,
  resumeOptions,
  retryOptions,
  showOptions,
  workerOptions,
} from './flags/store-flags.ts'
import { helpTopics } from './verbs/help-topics.ts'

/** The reference of the command as Markdown, made from the same tables as the parser and `--help`. */
export function cliReference(): string {
  return [
    '# The command',
    '',
    '<!-- Made by `npm run docs` from the tables of the command: change those. -->',
    '',
    'stdout carries data, stderr carries talk. Scripts may rely on the flags, the fields of the output and the exit codes:',
    'they are added to, not renamed.',
    '',
    ...verb('fetch [url...]', 'Runs a set of requests, and prints or stores one result per request.', fetchOptions),
    ...verb(
      'bench [url...]',
      'Measures requests one after another and so many at once; says what is best, and what limits it.',
      benchOptions,
    ),
    ...verb('resume [run]', `Does what is left of a stored run. ${asFetch}`, { store: storeOption, ...resumeOptions }),
    ...verb('retry <run>', `Does again what has failed in a stored run. ${asFetch}`, {
      store: storeOption,
      ...resumeOptions,
      ...retryOptions,
    }),
    ...verb(
      'worker',
      'Joins the runs in a PostgreSQL store that were begun with `fetch --detach`: see [many machines](workers.md).',
      workerOptions,
    ),
    ...verb('runs [list | show RUN | rm RUN]', 'What a store of runs holds. `--watch` goes with `show`.', showOptions),
    ...verb('export <run>', 'Writes the results of a stored run, in the order of its input.', exportOptions),
    ...verb(
      'report <run>',
      'Writes a page about a stored run, or about what `bench --json` has written.',
      reportOptions,
    ),
    ...verb(
      'simulate [scenario]',
      'Starts the practice API on loopback. The first line on stdout is `listening URL`.',
      simulateOptions,
    ),
    ...verb('demo', 'A tour in half a minute, without key or network.', demoOptions),
    ...verb(
      'catalogue login|list|get|export',
      'The products of an API by a client made with Sluice: see [the catalogue](catalogue.md).',
      {},
    ),
    '## help',
    '',
    '`sluice help VERB` and `sluice help TOPIC`. The topics:',
    '',
    ...[...helpTopics.values()].flatMap((text) => ['```text', text().trimEnd(), '```', '']),
  ].join('\n')
}

const asFetch =
  'Every flag of `fetch` can be given too, and wins over the one that the run began with; these are its own:'

function verb(usage: string, sentence: string, table: Readonly<Record<string, OptionSpec>>): string[] {
  const specs = Object.values(table)
  return [
    `## ${usage.split(' ')[0]}`,
    '',
    `\`sluice ${usage}\`. ${sentence}`,
    '',
    ...optionGroups.flatMap((group) =>
      rows(
        group,
        specs.filter((spec) => spec.group === group),
      ),
    ),
  ]
}

function rows(group: string, specs: readonly OptionSpec[]): string[] {
  if (specs.length === 0) return []
  return [
    `### ${group}`,
    '',
    '| flag | default | meaning | variable |',
    '| --- | --- | --- | --- |',
    ...specs.map((spec) => `| ${row(spec).map(escapeCell).join(' | ')} |`),
    '',
  ]
}

function row(spec: OptionSpec): string[] {
  const choices =
    spec.choices === undefined || spec.description.includes(spec.choices[0]!) ? '' : `: ${spec.choices.join(', ')}`
  const twin = twinOf(spec)
  return [
    `\`${spec.flags}\``,
    spec.default ?? '',
    `${spec.description}${choices}`,
    twin === undefined ? '' : `\`${twin}\``,
  ]
}

function escapeCell(text: string): string {
  return text.replaceAll('|', '\\|')
}
