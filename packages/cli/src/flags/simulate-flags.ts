import type { OptionTable } from './flag.ts'

/** The flags of `simulate` as they are typed. */
export interface SimulateFlags {
  readonly port?: string
  readonly tls?: boolean
  readonly http2?: boolean
  readonly seed?: string
  readonly tokenLifetime?: string
  readonly latency?: string
  readonly capacity?: string
  readonly line?: string
  readonly errorRate?: readonly string[]
  readonly fault?: readonly string[]
  readonly connectionFault?: readonly string[]
  readonly resetRate?: string
  readonly hangRate?: string
  readonly limit?: readonly string[]
  readonly headers?: string
  readonly retryAfter?: string
}

/** Every flag of `simulate`. */
export const simulateOptions: OptionTable<SimulateFlags> = {
  port: {
    flags: '--port <n>',
    group: 'Connection',
    description: 'port on loopback; 0 takes a free one',
    default: '0',
    hasTwin: false,
  },
  tls: {
    flags: '--tls',
    group: 'Connection',
    description: 'encrypt; the certificate to trust is written to a file, and stderr says which',
    hasTwin: false,
  },
  http2: {
    flags: '--http2',
    group: 'Connection',
    description: 'offer HTTP/2 beside HTTP/1.1; with --tls',
    hasTwin: false,
  },
  seed: {
    flags: '--seed <n>',
    group: 'Other',
    description: 'the same seed gives the same chance',
    default: '1',
    hasTwin: false,
  },
  tokenLifetime: {
    flags: '--token-lifetime <duration>',
    group: 'Other',
    description: 'how long access tokens of the catalogue are valid',
    default: '1h',
    hasTwin: false,
  },
  latency: {
    flags: '--latency <law>',
    group: 'Patience',
    description: '200ms, uniform:50ms-150ms, lognormal:p50=80ms,p99=900ms, tail:50ms,1%=2s',
    default: '200ms',
    hasTwin: false,
  },
  capacity: {
    flags: '--capacity <n>',
    group: 'Patience',
    description: 'so many requests are worked on at once, the others queue',
    default: 'no bound',
    hasTwin: false,
  },
  line: {
    flags: '--line <speed>',
    group: 'Patience',
    description: 'bytes per second that all answers share: 1MB/s, 500kB/s, 64KiB/s',
    default: 'no bound',
    hasTwin: false,
  },
  errorRate: {
    flags: '--error-rate <fault>',
    group: 'Patience',
    description: 'share of answers with a status, such as 503:5%; may be repeated',
    isRepeatable: true,
    hasTwin: false,
  },
  fault: {
    flags: '--fault <fault>',
    group: 'Patience',
    description: 'share of answers with a fault, such as tiny-chunks:1% or rst=CANCEL:5%; may be repeated',
    isRepeatable: true,
    hasTwin: false,
  },
  connectionFault: {
    flags: '--connection-fault <fault>',
    group: 'Patience',
    description: 'share of connections with a fault: reset:1%, close:1%, silent:1%, alert=80:1%; may be repeated',
    isRepeatable: true,
    hasTwin: false,
  },
  resetRate: {
    flags: '--reset-rate <share>',
    group: 'Patience',
    description: 'share of connections that are reset, such as 1%',
    hasTwin: false,
  },
  hangRate: {
    flags: '--hang-rate <share>',
    group: 'Patience',
    description: 'share of requests that are never answered',
    hasTwin: false,
  },
  limit: {
    flags: '--limit <limit>',
    group: 'Limits',
    description: 'fixed:100/min, sliding:50/s, token:10/s,burst=20, leaky:10/s,burst=5, concurrent:20; may be repeated',
    isRepeatable: true,
    hasTwin: false,
  },
  headers: {
    flags: '--headers <dialect>',
    group: 'Limits',
    description: 'how answers tell the quota',
    default: 'none',
    choices: ['ietf', 'ietf-legacy', 'github', 'openai', 'none'],
    hasTwin: false,
  },
  retryAfter: {
    flags: '--retry-after <form>',
    group: 'Limits',
    description: 'how a refusal tells when to come back',
    default: 'seconds',
    choices: ['seconds', 'date', 'none'],
    hasTwin: false,
  },
}

/** The flags of `demo` as they are typed. */
export interface DemoFlags {
  readonly fast?: boolean
}

/** Every flag of `demo`. */
export const demoOptions: OptionTable<DemoFlags> = {
  fast: {
    flags: '--fast',
    group: 'Other',
    description: 'fewer products and shorter delays, for a quick look',
    hasTwin: false,
  },
}
