import type { OptionTable } from './flag.ts'

/** What `fetch` reads and sends, and within which limits: as it is typed. */
export interface FetchRequestFlags {
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
  readonly learn: boolean

  readonly attempts?: string
  readonly backoff?: string
  readonly retryOn?: string
  readonly retryUnsafe?: boolean
  readonly maxRetryAfter?: string
  readonly maxThrottles?: string
  readonly breaker?: string | false
  /** Only there for the table: commander stores it as `breaker`. */
  readonly noBreaker?: never
  readonly connectTimeout?: string
  readonly timeout?: string
  readonly deadline?: string
  readonly maxTime?: string
  readonly failFast?: boolean
  readonly maxFailures?: string
  readonly failOn?: string
  readonly minSuccess?: string
  readonly maxP95?: string
}

/** What `fetch` reads and sends, and within which limits. */
export const fetchRequestOptions: OptionTable<FetchRequestFlags> = {
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
  baseUrl: { flags: '--base-url <url>', group: 'Request', description: 'relative URLs are joined to its path' },
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
    description: 'attempts in flight in all; auto finds the best number by itself',
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

  learn: {
    flags: '--no-learn',
    group: 'Limits',
    description:
      'do not heed quota headers, and learn no rate from what is refused; Retry-After is heeded all the same',
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
    description:
      'what is worth another attempt; a status below 400, such as 202, is asked for again until it is another',
    default: '408,425,5xx but 501, 505 and 511,network,timeout',
  },
  retryUnsafe: { flags: '--retry-unsafe', group: 'Patience', description: 'repeat POST and PATCH too, without a key' },
  maxRetryAfter: {
    flags: '--max-retry-after <time>',
    group: 'Patience',
    description:
      'longest wait a server may ask for, by Retry-After or a quota; beyond it the item fails, with the date',
    default: '1h',
  },
  maxThrottles: {
    flags: '--max-throttles <n>',
    group: 'Patience',
    description: 'how often one item is sent again after 429 and other throttled answers, which use up no --attempts',
    default: '20',
  },
  breaker: {
    flags: '--breaker <rule>',
    group: 'Patience',
    description: 'give a host a rest at this share of failures within this time',
    default: '50%/10s, or 10 in a row',
  },
  noBreaker: { flags: '--no-breaker', group: 'Patience', description: 'never give a host a rest' },
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
}
