import { verbName } from './completion.ts'
import { type Flag, flagGroups, variableOf } from './flags/flag.ts'
import { listFlags, pruneFlags, setFlags, showFlags } from './flags/runs-flags.ts'
import { helpTopics } from './help-topics.ts'
import { ownFlags, type Verb } from './verb.ts'
import { verbs } from './verb-table.ts'

/** Reference of the command as Markdown, generated from the same tables as the parser and `--help`. */
export function cliReference(): string {
  return [
    '# The command',
    '',
    '<!-- Made by `npm run docs` from the tables of the command: change those. -->',
    '',
    'stdout carries data, stderr carries messages. Scripts may rely on the flags, the fields of the output and the exit codes:',
    'they are added to, not renamed.',
    '',
    ...verbs.flatMap(section),
    '## catalogue',
    '',
    '`sluice catalogue login|list|get|export`. The products of an API by a client made with Sluice: see [the catalogue](catalogue.md).',
    '',
    '## help',
    '',
    '`sluice help VERB` and `sluice help TOPIC`. The topics:',
    '',
    ...[...helpTopics.values()].flatMap((text) => ['```text', text().trimEnd(), '```', '']),
  ].join('\n')
}

/** Verbs whose section differs from their own usage and flags. */
const special: Readonly<Record<string, Pick<Verb, 'usage' | 'flags' | 'reference'>>> = {
  runs: {
    usage: 'runs [list | show RUN | rm RUN | pause RUN | continue RUN | stop RUN | set RUN | prune]',
    flags: { ...listFlags, ...showFlags, ...setFlags, ...pruneFlags },
    reference:
      'Lists, shows, controls and removes the runs of a store, from any machine that reaches it. The process that does a run reacts within ' +
      'a second. `--json` goes with `list` and `show`, `--limit` with `list`, `--watch` with `show`, limits with `set`, an age with `prune`.',
  },
}

function section(verb: Verb): string[] {
  const name = verbName(verb)
  const { usage, flags, reference, description } = { ...verb, flags: ownFlags(verb), ...special[name] }
  const sentence = reference ?? `${description[0]!.toUpperCase()}${description.slice(1)}.`
  return [
    `## ${name}`,
    '',
    `\`sluice ${usage}\`. ${sentence}`,
    '',
    ...flagGroups.flatMap((group) =>
      rows(
        group,
        Object.values(flags).filter((flag) => flag.group === group),
      ),
    ),
  ]
}

function rows(group: string, flags: readonly Flag[]): string[] {
  if (flags.length === 0) return []
  return [
    `### ${group}`,
    '',
    '| flag | default | meaning | variable |',
    '| --- | --- | --- | --- |',
    ...flags.map((flag) => `| ${row(flag).map(escapeCell).join(' | ')} |`),
    '',
  ]
}

function row(flag: Flag): string[] {
  const choices =
    flag.choices === undefined || flag.help.includes(flag.choices[0]!) ? '' : `: ${flag.choices.join(', ')}`
  const variable = variableOf(flag)
  return [
    `\`${flag.flag}\``,
    flag.default ?? '',
    `${flag.help}${choices}`,
    variable === undefined ? '' : `\`${variable}\``,
  ]
}

function escapeCell(text: string): string {
  return text.replaceAll('|', '\\|')
}
