import { type Flag, type FlagTable, longName, takesValue } from './flags/flag.ts'

/** Shells supported by `sluice completion`. */
export const shells = ['bash', 'zsh', 'fish'] as const

/** Parts of a verb that are needed for completion. */
export interface CompletedVerb {
  readonly usage: string
  readonly description: string
  readonly flags: FlagTable
  readonly verbs?: readonly CompletedVerb[]
}

/** Name of a verb: `runs` for `runs [options]`. */
export function verbName({ usage }: Pick<CompletedVerb, 'usage'>): string {
  return usage.split(' ')[0]!
}

/** Shell script that completes verbs, flags and flag values. */
export function completionScript(shell: (typeof shells)[number], verbs: readonly CompletedVerb[]): string {
  const all = verbs.flatMap(expanded)
  return { bash, zsh, fish }[shell](all)
}

interface Completed {
  readonly name: string
  readonly description: string
  readonly flags: readonly Flag[]
  readonly inner: readonly string[]
}

/** A verb and its subverbs, with their flags. */
function expanded({ usage, description, flags, verbs = [] }: CompletedVerb): Completed[] {
  const inner = Object.assign({}, ...verbs.map((verb) => verb.flags)) as FlagTable
  const name = verbName({ usage })
  return [
    {
      name,
      description,
      flags: Object.values({ ...flags, ...inner }),
      inner: verbs.map(verbName),
    },
  ]
}

/** Short form of a flag: `-c` for `-c, --concurrency <n>`. */
function shortName({ flag }: Flag): string | undefined {
  return /^-\w(?=,)/.exec(flag)?.[0]
}

/** True if the value is the name of a file or folder. */
function isFile(flag: Flag): boolean {
  return flag.names === 'path' || /[<[](file|folder|place)[\]>]/.test(flag.flag)
}

function bash(verbs: readonly Completed[]): string {
  const flagsOf = (flags: readonly Flag[]): string =>
    flags.flatMap((flag) => [shortName(flag), longName(flag)].filter((name) => name !== undefined)).join(' ')
  const choices = new Map(
    verbs.flatMap(({ flags }) =>
      flags.flatMap((flag) => (flag.choices ? [[longName(flag), flag.choices] as const] : [])),
    ),
  )
  const files = new Set(
    verbs.flatMap(({ flags }) =>
      flags.filter(isFile).flatMap((flag) => [shortName(flag), longName(flag)].filter((name) => name !== undefined)),
    ),
  )
  return `# sluice completion bash > /etc/bash_completion.d/sluice, or in ~/.bashrc: source <(sluice completion bash)
_sluice() {
  local current=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD-1]} verb=\${COMP_WORDS[1]}
  COMPREPLY=()
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W '${verbs.map(({ name }) => name).join(' ')} help' -- "$current"))
    return
  fi
  case $before in
${[...choices].map(([flag, values]) => `    ${flag}) COMPREPLY=($(compgen -W '${values.join(' ')}' -- "$current")); return ;;`).join('\n')}
    ${[...files].join('|')}) compopt -o filenames; COMPREPLY=($(compgen -f -- "$current")); return ;;
  esac
  case $verb in
${verbs.map(({ name, flags, inner }) => `    ${name}) COMPREPLY=($(compgen -W '${[flagsOf(flags), ...inner].join(' ').trim()} --help' -- "$current")) ;;`).join('\n')}
  esac
}
complete -o default -F _sluice sluice
`
}

function zsh(verbs: readonly Completed[]): string {
  const escaped = (text: string): string => text.replaceAll("'", "'\\''").replace(/[[\]:\\]/g, '\\$&')
  const spec = (flag: Flag): string => {
    const [short, long] = [shortName(flag), longName(flag)]
    const names = short === undefined ? long : `(${short} ${long})'{${short},${long}}'`
    const many = flag.isRepeatable === true ? '*' : ''
    const shown = many === '' ? names : short === undefined ? `*${long}` : `*'{${short},${long}}'`
    const value = flag.choices ? `(${flag.choices.join(' ')})` : isFile(flag) ? '_files' : ' '
    const rest = takesValue(flag) ? `:${long.slice(2)}:${value}` : ''
    return `        '${shown}[${escaped(flag.help)}]${rest}'`
  }
  return `#compdef sluice
# sluice completion zsh > "\${fpath[1]}/_sluice"
_sluice() {
  local -a verbs
  verbs=(
${verbs.map(({ name, description }) => `    '${name}:${escaped(description)}'`).join('\n')}
    'help:show help for a verb or a topic'
  )
  if (( CURRENT == 2 )); then
    _describe verb verbs
    return
  fi
  local verb=$words[2]
  shift words
  (( CURRENT-- ))
  case $verb in
${verbs
  .map(
    ({ name, flags, inner }) => `    ${name})
      _arguments -s \\
${[...flags.map(spec), `        '*:argument:${inner.length > 0 ? `(${inner.join(' ')})` : '_files'}'`].join(' \\\n')}
      ;;`,
  )
  .join('\n')}
  esac
}
_sluice "$@"
`
}

function fish(verbs: readonly Completed[]): string {
  const quoted = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
  const line = (name: string, flag: Flag): string => {
    const short = shortName(flag)
    const value = flag.choices
      ? `-x -a ${quoted(flag.choices.join(' '))}`
      : isFile(flag)
        ? '-r -F'
        : takesValue(flag)
          ? '-x'
          : ''
    return [
      `complete -c sluice -n '__fish_seen_subcommand_from ${name}' -l ${longName(flag).slice(2)}`,
      short === undefined ? '' : `-s ${short.slice(1)}`,
      value,
      `-d ${quoted(flag.help)}`,
    ]
      .filter((part) => part !== '')
      .join(' ')
  }
  return `# sluice completion fish > ~/.config/fish/completions/sluice.fish
${verbs.map(({ name, description }) => `complete -c sluice -n __fish_use_subcommand -a ${name} -d ${quoted(description)}`).join('\n')}
${verbs.flatMap(({ name, inner }) => inner.map((verb) => `complete -c sluice -n '__fish_seen_subcommand_from ${name}' -a ${verb}`)).join('\n')}
${verbs.flatMap(({ name, flags }) => flags.map((flag) => line(name, flag))).join('\n')}
`
}
