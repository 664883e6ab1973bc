import { type Flag, flagGroups, variableOf } from './flags/flag.ts'
import { helpTopics } from './help-topics.ts'
import { ownFlags, type Verb } from './verb.ts'
import { verbs } from './verb-table.ts'

/** Manual page `sluice(1)` in roff, generated from the same tables as the parser and `--help`. */
export function manPage(): string {
  return [
    '.\\" Made by `npm run build` from the tables of the command: change those.',
    '.TH SLUICE 1 "" "Sluice" "User Commands"',
    '.SH NAME',
    'sluice \\- thousands of API calls from a list: within the limits, with retries, every one accounted for',
    '.SH SYNOPSIS',
    '.B sluice',
    '.I verb',
    '[options] [arguments]',
    '.br',
    '.B sluice',
    '.I URL...',
    '[options of fetch]',
    '.SH DESCRIPTION',
    'stdout carries data, stderr carries messages.',
    ...verbs.flatMap(section),
    ...[...helpTopics.values()].flatMap(topic),
    '',
  ].join('\n')
}

function section(verb: Verb): string[] {
  const own = Object.values(ownFlags(verb))
  const inner = Object.values(Object.assign({}, ...(verb.verbs ?? []).map(({ flags }) => flags)) as Verb['flags'])
  return [
    `.SH ${roff(`sluice ${verb.usage}`).toUpperCase()}`,
    `${roff(`${verb.description[0]!.toUpperCase()}${verb.description.slice(1)}.`)}`,
    ...(verb.shared !== undefined ? ['Every flag of fetch can be given too.'] : []),
    ...(verb.verbs ?? []).flatMap(({ usage, description }) => [
      '.TP',
      `.B ${roff(`${verb.usage} ${usage}`)}`,
      roff(description),
    ]),
    ...flagGroups.flatMap((group) =>
      rows(
        group,
        [...own, ...inner].filter((flag) => flag.group === group),
      ),
    ),
  ]
}

function rows(group: string, flags: readonly Flag[]): string[] {
  if (flags.length === 0) return []
  return [`.SS ${group}`, ...flags.flatMap(row)]
}

function row(flag: Flag): string[] {
  const variable = variableOf(flag)
  const details = [
    ...(flag.choices === undefined || flag.help.includes(flag.choices[0]!) ? [] : [flag.choices.join(', ')]),
    ...(flag.default === undefined ? [] : [`default: ${flag.default}`]),
    ...(variable === undefined ? [] : [variable]),
  ]
  return ['.TP', `.B ${roff(flag.flag)}`, roff(`${flag.help}${details.length === 0 ? '' : ` (${details.join('; ')})`}`)]
}

/** Section for a topic of `sluice help`: the first line is the heading, the rest is unformatted. */
function topic(text: () => string): string[] {
  const [heading = '', ...lines] = text().trimEnd().split('\n')
  return [`.SH ${roff(heading).toUpperCase()}`, '.nf', ...lines.map(roff), '.fi']
}

/** Escapes text for roff. */
function roff(text: string): string {
  const escaped = text.replaceAll('\\', '\\e').replaceAll('-', '\\-')
  return /^[.']/.test(escaped) ? `\\&${escaped}` : escaped
}
