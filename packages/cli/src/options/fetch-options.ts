import type { OptionTable } from './option.ts'

/** The flags of `fetch` as they are typed: text, lists of text, and switches. */
export interface FetchFlags {
  readonly input?: readonly string[]
  readonly inputFormat?: string
  readonly glob: boolean
  readonly url?: string
  readonly jsonTemplate?: string
  readonly idColumn?: string
  readonly skipBadInput?: boolean
  readonly dryRun?: boolean

  readonly method?: string
  readonly header?: readonly string[]
  readonly data?: string
  readonly json?: string
  readonly auth?: string
  readonly baseUrl?: string
  readonly idempotencyKey?: boolean
  readonly maxRedirects?: string
  readonly maxBody?: string

  readonly concurrency?: string
  readonly perHost?: string
  readonly rate?: readonly string[]
  readonly rateScope?: string
  readonly burst?: string

  readonly attempts?: string
  readonly backoff?: string
  readonly retryOn?: string
  readonly retryUnsafe?: boolean
  readonly maxRetryAfter?: string
  readonly connectTimeout?: string
  readonly timeout?: string
  readonly deadline?: string
  readonly maxTime?: string
  readonly failFast?: boolean
  readonly maxFailures?: string
  readonly failOn?: string
  readonly minSuccess?: string
  readonly maxP95?: string

  readonly output?: string
  readonly append?: boolean
  readonly ordered?: boolean
  readonly select?: string
  readonly body: boolean
  readonly includeHeaders?: string
  readonly outDir?: string
  readonly name?: string
  readonly skipExisting?: boolean
  readonly summary?: string
  readonly har?: string

  readonly progress?: string
  readonly quiet?: number
  readonly verbose?: number
  readonly log?: string
  readonly color?: string

  readonly http2?: boolean
  readonly proxy?: string
  readonly cacert?: string
  readonly insecure?: boolean

  readonly config?: string | false
  readonly envFile?: readonly string[]
}

/** Every flag of `fetch`. */
export const fetchOptions: OptionTable<FetchFlags> = {
  input: {
    flags: '-i, --input <file>',
    group: 'Input',
    description: 'read requests from a file, `-` for stdin, .gz accepted; may be repeated',
    isRepeatable: true,
    hasTwin: false,
  },
  inputFormat: {
    flags: '--input-format <format>',
    group: 'Input',
    description: 'lines (one URL a line), jsonl (one request a line) or csv',
    default: 'by name or first line',
    choices: ['lines', 'jsonl', 'csv'],
  },
  glob: { flags: '--no-glob', group: 'Input', description: 'take [1-9] and {a,b} in URLs as they are' },
  url: { flags: '--url <template>', group: 'Input', description: 'for csv: the URL, with {column} (RFC 6570)' },
  jsonTemplate: {
    flags: '--json-template <json>',
    group: 'Input',
    description: 'for csv: the body, with {column}, {column|number} or {column|json}',
  },
  idColumn: {
    flags: '--id-column <name>',
    group: 'Input',
    description: 'for csv: the column with the id',
    default: 'id',
  },
  skipBadInput: {
    flags: '--skip-bad-input',
    group: 'Input',
    description: 'make a failed result of a bad line, and go on, instead of stopping there',
  },
  dryRun: {
    flags: '-n, --dry-run',
    group: 'Input',
    description: 'read everything, show the first five requests, totals, hosts and limits; send nothing',
    hasTwin: false,
  },

  method: {
    flags: '-X, --method <method>',
    group: 'Request',
    description: 'HTTP method',
    default: 'GET, or POST with a body',
  },
  header: {
    flags: '-H, --header <header>',
    group: 'Request',
    description: "'Name: value', where the value may be env:NAME or file:PATH; may be repeated",
    isRepeatable: true,
    hasTwin: false,
  },
  data: {
    flags: '-d, --data <body>',
    group: 'Request',
    description: 'body, sent as it is; may be env:NAME or file:PATH',
  },
  json: {
    flags: '--json <json>',
    group: 'Request',
    description: 'JSON body, with its content type; may be env:NAME or file:PATH',
  },
  auth: {
    flags: '--auth <how>',
    group: 'Request',
    description: 'bearer:env:TOKEN or basic:env:USER_PASS',
  },
  baseUrl: { flags: '--base-url <url>', group: 'Request', description: 'what relative URLs are relative to' },
  idempotencyKey: {
    flags: '--idempotency-key',
    group: 'Request',
    description: 'add an Idempotency-Key, the same over all attempts of a request',
  },
  maxRedirects: {
    flags: '--max-redirects <n>',
    group: 'Request',
    description: 'redirects followed, one after another',
    default: '5',
  },
  maxBody: {
    flags: '--max-body <size>',
    group: 'Request',
    description: 'largest body, as sent and as unpacked',
    default: '10MiB',
  },

  concurrency: {
    flags: '-c, --concurrency <n>',
    group: 'Limits',
    description: 'attempts in flight in all',
    default: '10',
  },
  perHost: {
    flags: '--per-host <n>',
    group: 'Limits',
    description: 'attempts in flight per origin',
    default: 'the same',
  },
  rate: {
    flags: '--rate <rate>',
    group: 'Limits',
    description: 'such as 10/s, 100/min, 500/day, 5/15s; may be repeated, all hold together',
    default: 'none',
    isRepeatable: true,
  },
  rateScope: {
    flags: '--rate-scope <scope>',
    group: 'Limits',
    description: 'whether each host has the rates for itself, or all share one quota',
    default: 'host',
    choices: ['host', 'all'],
  },
  burst: {
    flags: '--burst <n>',
    group: 'Limits',
    description: 'calls that may leave at once after idleness',
    default: '1',
  },

  attempts: {
    flags: '--attempts <n>',
    group: 'Patience',
    description: 'attempts in all; 1 switches retry off',
    default: '4',
  },
  backoff: {
    flags: '--backoff <range>',
    group: 'Patience',
    description: 'waits between attempts: exponential between these, full jitter',
    default: '500ms..30s',
  },
  retryOn: {
    flags: '--retry-on <list>',
    group: 'Patience',
    description: 'what is worth another attempt',
    default: '408,425,500,502,503,504,520-524,network,timeout',
  },
  retryUnsafe: { flags: '--retry-unsafe', group: 'Patience', description: 'repeat POST and PATCH too, without a key' },
  maxRetryAfter: {
    flags: '--max-retry-after <time>',
    group: 'Patience',
    description: 'a longer Retry-After fails the item, with the date',
    default: '1h',
  },
  connectTimeout: {
    flags: '--connect-timeout <time>',
    group: 'Patience',
    description: 'to get a connection',
    default: '5s',
  },
  timeout: { flags: '--timeout <time>', group: 'Patience', description: 'for one attempt', default: '30s' },
  deadline: {
    flags: '--deadline <time>',
    group: 'Patience',
    description: 'for one call, with all its waits and attempts',
    default: 'none',
  },
  maxTime: {
    flags: '--max-time <time>',
    group: 'Patience',
    description: 'for the whole run; what is left is unfinished',
    default: 'none',
  },
  failFast: {
    flags: '--fail-fast',
    group: 'Patience',
    description: 'stop at the first failure; the rest is unfinished',
  },
  maxFailures: {
    flags: '--max-failures <n>',
    group: 'Patience',
    description: 'stop at this many failures, or at this share (5%)',
    default: 'none',
  },
  failOn: {
    flags: '--fail-on <what>',
    group: 'Patience',
    description: 'which failures make the exit code 3: none, any, or a share (5%)',
    default: 'any',
  },
  minSuccess: {
    flags: '--min-success <share>',
    group: 'Patience',
    description: 'exit 5 if fewer succeed, such as 99%',
  },
  maxP95: { flags: '--max-p95 <time>', group: 'Patience', description: 'exit 5 if the 95th percentile is longer' },

  output: {
    flags: '-o, --output <file>',
    group: 'Output',
    description: '.jsonl, .csv, each also .gz; `-` is JSON lines on stdout',
    default: 'JSON lines, or a table on a terminal',
    hasTwin: false,
  },
  append: { flags: '--append', group: 'Output', description: 'add to a .jsonl file' },
  ordered: { flags: '--ordered', group: 'Output', description: 'results in the order of the input' },
  select: {
    flags: '--select <list>',
    group: 'Output',
    description: 'fields to keep, such as status,data.id (JMESPath)',
  },
  body: { flags: '--no-body', group: 'Output', description: 'leave the bodies out' },
  includeHeaders: {
    flags: '--include-headers <list>',
    group: 'Output',
    description: 'response headers to keep besides content-type; * for all',
  },
  outDir: { flags: '--out-dir <folder>', group: 'Output', description: 'bodies as files in this folder' },
  name: {
    flags: '--name <template>',
    group: 'Output',
    description: 'their names, from {index}, {id}, {host}, {path} and {ext}',
    default: '{index}-{id}',
  },
  skipExisting: { flags: '--skip-existing', group: 'Output', description: 'do not fetch what is in --out-dir already' },
  summary: {
    flags: '--summary <file>',
    group: 'Output',
    description: 'summary as JSON; `-` puts it in place of the text on stderr',
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
    description: 'a proxy, or none',
    default: 'from HTTP_PROXY, HTTPS_PROXY, NO_PROXY',
  },
  cacert: { flags: '--cacert <file>', group: 'Connection', description: 'certificates of authorities to trust, PEM' },
  insecure: { flags: '--insecure', group: 'Connection', description: 'accept any certificate' },

  config: {
    flags: '--config <file>',
    group: 'Other',
    description: 'settings file',
    default: 'sluice.config.{ts,js,json} here, then in ~/.config/sluice',
    hasTwin: false,
  },
  envFile: {
    flags: '--env-file <file>',
    group: 'Other',
    description: 'load environment variables from a file; may be repeated',
    isRepeatable: true,
    hasTwin: false,
  },
}
