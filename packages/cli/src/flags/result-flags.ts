import type { OptionSpec, OptionTable } from './flag.ts'

/** What `fetch` does with the answers, what it shows, and how it connects. */
export interface FetchResultFlags {
  readonly output?: string
  readonly append?: boolean
  readonly ordered?: boolean
  readonly select?: string
  readonly body: boolean
  readonly includeHeaders?: string
  readonly readAs?: string
  readonly outDir?: string
  readonly name?: string
  readonly store?: string | true
  readonly detach?: boolean
  readonly skipExisting?: boolean
  readonly summary?: string
  readonly report?: string
  readonly har?: string

  readonly progress?: string
  readonly quiet?: number
  readonly verbose?: number
  readonly log?: string
  readonly color?: string

  readonly http2?: boolean
  readonly proxy?: string
  readonly cacert?: string
  readonly cert?: string
  readonly key?: string
  readonly maxHeaderSize?: string
  readonly insecure?: boolean

  readonly profile?: string
  readonly config?: string | false
  readonly noConfig?: never
  readonly envFile?: readonly string[]
}

/** Where runs are kept. */
export const storeOption: OptionSpec = {
  flags: '--store [place]',
  group: 'Store',
  description:
    'keep the run in a store, sqlite:PATH, NAME.db or postgres://user@host/database, so that it can be resumed, retried and exported',
  default: '.sluice/runs.db',
}

/** What `fetch` does with the answers, what it shows, and how it connects. */
export const fetchResultOptions: OptionTable<FetchResultFlags> = {
  output: {
    flags: '-o, --output <file>',
    group: 'Output',
    description: '.jsonl, .csv, each also .gz; .parquet; .db (SQLite); `-` is JSON lines on stdout',
    default: 'JSON lines, or a table on a terminal',
    hasTwin: false,
  },
  append: { flags: '--append', group: 'Output', description: 'add to a .jsonl file' },
  ordered: { flags: '--ordered', group: 'Output', description: 'results in the order of the input' },
  select: {
    flags: '--select <list>',
    group: 'Output',
    description: 'fields to keep, such as status,data.id (JMESPath; a name with a dash in quotes: data."x-id")',
  },
  body: { flags: '--no-body', group: 'Output', description: 'leave the bodies out' },
  readAs: {
    flags: '--read-as <kind>',
    group: 'Output',
    description: 'what the bodies are taken for: auto goes by their type; json, text, bytes',
    default: 'auto',
    choices: ['auto', 'json', 'text', 'bytes'],
  },
  includeHeaders: {
    flags: '--include-headers <list>',
    group: 'Output',
    description: 'response headers to keep besides content-type; * for all',
  },
  outDir: {
    flags: '--out-dir <folder>',
    group: 'Output',
    description: 'bodies as files in this folder, byte for byte',
  },
  name: {
    flags: '--name <template>',
    group: 'Output',
    description:
      'their names, from {index}, {id}, {host}, {path} and {ext}, which has no dot; with --store the name of the run',
    default: '{index}-{id}, and run-1, run-2, ...',
    hasTwin: false,
  },
  store: storeOption,
  detach: {
    flags: '--detach',
    group: 'Store',
    description: 'only read the input into a store on PostgreSQL, and leave the calls to sluice worker',
    hasTwin: false,
  },
  skipExisting: { flags: '--skip-existing', group: 'Output', description: 'do not fetch what is in --out-dir already' },
  summary: {
    flags: '--summary <file>',
    group: 'Output',
    description: 'summary as JSON; `-` puts it in place of the text on stderr',
  },
  report: {
    flags: '--report <file>',
    group: 'Output',
    description: 'a page about the run, .html or .md: how it went, times, errors, the first calls',
    hasTwin: false,
  },
  har: { flags: '--har <file>', group: 'Output', description: 'every exchange as HAR 1.2, credentials masked' },

  progress: {
    flags: '--progress <kind>',
    group: 'Display',
    description: 'auto, bar (one live line), plain (a line every 10 s), json or none',
    default: 'auto',
    choices: ['auto', 'bar', 'plain', 'json', 'none'],
  },
  quiet: {
    flags: '-q, --quiet',
    group: 'Display',
    description: 'errors only; twice for nothing at all',
    isRepeatable: true,
  },
  verbose: {
    flags: '-v, --verbose',
    group: 'Display',
    description: 'a line per attempt; twice with headers',
    isRepeatable: true,
  },
  log: { flags: '--log <file>', group: 'Display', description: 'log everything that happens, as JSON lines' },
  color: {
    flags: '--color <when>',
    group: 'Display',
    description: 'auto, always or never; NO_COLOR and FORCE_COLOR are obeyed',
    default: 'auto',
    choices: ['auto', 'always', 'never'],
  },

  http2: { flags: '--http2', group: 'Connection', description: 'offer HTTP/2' },
  proxy: {
    flags: '--proxy <url>',
    group: 'Connection',
    description: 'URL of an HTTP proxy, such as http://user:password@host:3128, or none',
    default: 'from HTTP_PROXY, HTTPS_PROXY, NO_PROXY',
  },
  cacert: { flags: '--cacert <file>', group: 'Connection', description: 'certificates of authorities to trust, PEM' },
  cert: {
    flags: '--cert <file>',
    group: 'Connection',
    description: 'client certificate, PEM, for servers that ask for one',
  },
  key: {
    flags: '--key <file>',
    group: 'Connection',
    description: 'private key of --cert, PEM',
    default: 'in the file of --cert',
  },
  maxHeaderSize: {
    flags: '--max-header-size <size>',
    group: 'Connection',
    description: 'largest head of an answer',
    default: '64KiB',
  },
  insecure: { flags: '--insecure', group: 'Connection', description: 'accept any certificate' },

  profile: {
    flags: '--profile <name>',
    group: 'Other',
    description: 'settings that sluice bench --save-profile has kept, below flags and variables, above settings files',
  },
  config: {
    flags: '--config <file>',
    group: 'Other',
    description: 'settings file',
    default: 'sluice.config.{json,ts,js,mjs} here, then in ~/.config/sluice',
    hasTwin: false,
  },
  noConfig: {
    flags: '--no-config',
    group: 'Other',
    description: 'read no settings file; one in TypeScript or JavaScript is code that runs',
  },
  envFile: {
    flags: '--env-file <file>',
    group: 'Other',
    description: 'load environment variables from a file; may be repeated',
    isRepeatable: true,
    hasTwin: false,
  },
}
