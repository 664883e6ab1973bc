import { type FlagsOf, flagTable } from './flag.ts'

/** All flags of `simulate`. */
export const simulateFlags = flagTable({
  port: {
    flag: '--port <n>',
    group: 'Connection',
    help: 'port on loopback; 0 picks a free one',
    default: '0',
    hasVariable: false,
    option: 'server.port',
    parse: 'countOrZero',
  },
  tls: {
    flag: '--tls',
    group: 'Connection',
    help: 'encrypt; the certificate to trust is written to a file, which is named on stderr',
    hasVariable: false,
    option: 'server.tls',
  },
  http2: {
    flag: '--http2',
    group: 'Connection',
    help: 'offer HTTP/2 in addition to HTTP/1.1; needs --tls',
    hasVariable: false,
    option: 'server.http2',
  },
  seed: {
    flag: '--seed <n>',
    group: 'Other',
    help: 'seed of all random choices',
    default: '1',
    hasVariable: false,
    option: 'scenario.seed',
    parse: 'countOrZero',
  },
  tokenLifetime: {
    flag: '--token-lifetime <duration>',
    group: 'Other',
    help: 'lifetime of access tokens of the catalogue',
    default: '1h',
    hasVariable: false,
    option: 'scenario.tokenLifetime',
  },
  latency: {
    flag: '--latency <law>',
    group: 'Faults',
    help: '200ms, uniform:50ms-150ms, lognormal:p50=80ms,p99=900ms, tail:50ms,1%=2s',
    default: '200ms',
    hasVariable: false,
    option: 'scenario.latency',
  },
  capacity: {
    flag: '--capacity <n>',
    group: 'Faults',
    help: 'work on this many requests at once; the others queue',
    default: 'no limit',
    hasVariable: false,
    option: 'scenario.capacity',
  },
  line: {
    flag: '--line <speed>',
    group: 'Faults',
    help: 'bandwidth that all responses share: 1MB/s, 500kB/s, 64KiB/s',
    default: 'no limit',
    hasVariable: false,
    option: 'scenario.line',
  },
  errorRate: {
    flag: '--error-rate <fault>',
    group: 'Faults',
    help: 'share of responses with a status, such as 503:5%; repeatable',
    isRepeatable: true,
    hasVariable: false,
    option: 'scenario.faults',
  },
  fault: {
    flag: '--fault <fault>',
    group: 'Faults',
    help: 'share of responses with a fault, such as tiny-chunks:1% or rst=CANCEL:5%; repeatable',
    isRepeatable: true,
    hasVariable: false,
    option: 'scenario.faults',
  },
  connectionFault: {
    flag: '--connection-fault <fault>',
    group: 'Faults',
    help: 'share of connections with a fault: reset:1%, close:1%, silent:1%, alert=80:1%; repeatable',
    isRepeatable: true,
    hasVariable: false,
    option: 'scenario.connectionFaults',
  },
  resetRate: {
    flag: '--reset-rate <share>',
    group: 'Faults',
    help: 'share of connections that are reset, such as 1%',
    hasVariable: false,
    option: 'scenario.faults',
    parse: (share: string) => [`reset:${share}`],
  },
  hangRate: {
    flag: '--hang-rate <share>',
    group: 'Faults',
    help: 'share of requests that are never answered',
    hasVariable: false,
    option: 'scenario.faults',
    parse: (share: string) => [`hang:${share}`],
  },
  limit: {
    flag: '--limit <limit>',
    group: 'Limits',
    help: 'fixed:100/min, sliding:50/s, "sliding:200000 tokens/min", token:10/s,burst=20, leaky:10/s,burst=5, concurrent:20; repeatable',
    isRepeatable: true,
    hasVariable: false,
    option: 'scenario.limit',
  },
  headers: {
    flag: '--headers <dialect>',
    group: 'Limits',
    help: 'report the quota in these headers',
    default: 'none',
    choices: ['ietf', 'ietf-legacy', 'github', 'openai', 'anthropic', 'none'],
    hasVariable: false,
    option: 'scenario.headers',
  },
  retryAfter: {
    flag: '--retry-after <form>',
    group: 'Limits',
    help: 'form of Retry-After in refusals',
    default: 'seconds',
    choices: ['seconds', 'date', 'none'],
    hasVariable: false,
    option: 'scenario.refusal',
    parse: (retryAfter: string) => ({ retryAfter }),
  },
})

/** Parsed flags of `simulate`. */
export type SimulateFlags = FlagsOf<typeof simulateFlags>

/** All flags of `demo`. */
export const demoFlags = flagTable({
  fast: {
    flag: '--fast',
    group: 'Other',
    help: 'fewer products and shorter delays',
    hasVariable: false,
  },
})

/** Parsed flags of `demo`. */
export type DemoFlags = FlagsOf<typeof demoFlags>
