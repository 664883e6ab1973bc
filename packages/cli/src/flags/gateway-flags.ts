import { fetchFlags } from './fetch-flags.ts'
import { type Flag, type FlagsOf, flagTable } from './flag.ts'
import { resultFlags } from './result-flags.ts'

type InGateway = {
  [Name in keyof typeof fetchFlags]: (typeof fetchFlags)[Name] extends { inGateway: true } ? Name : never
}[keyof typeof fetchFlags]

/**
 * Flags about calls to an upstream, most of them those of `fetch`. In a settings file each upstream may have its own.
 */
export const upstreamFlags = {
  ...(Object.fromEntries(Object.entries<Flag>(fetchFlags).filter(([, flag]) => flag.inGateway === true)) as Pick<
    typeof fetchFlags,
    InGateway
  >),
  header: {
    ...fetchFlags.header,
    help: "add 'Name: value' to every request, replacing the one of the caller; the value may be env:NAME or file:PATH; repeatable",
  },
  ...flagTable({
    maxWait: {
      flag: '--max-wait <time>',
      group: 'Limits',
      help: 'longest wait of a request in the queue; then the response is 503 with Retry-After and the position',
      default: '1min',
      option: 'client.maxWait',
      parse: 'duration',
    },
    maxWaiting: {
      flag: '--max-waiting <n>',
      group: 'Limits',
      help: 'maximum requests in the queue; further ones are answered with 503 at once',
      default: '10000',
      option: 'client.maxWaiting',
      parse: 'count',
    },
    cache: {
      flag: '--cache <mode>',
      group: 'Request',
      help: 'cache responses to GET: http reuses them while they are fresh, revalidate checks them with the API each time',
      default: 'off',
      choices: ['http', 'revalidate'],
      option: 'client.cache',
    },
    coalesce: {
      flag: '--coalesce',
      group: 'Request',
      help: 'send a single request for identical ones that arrive at the same time (GET and HEAD)',
      option: 'client.coalesce',
    },
    hedge: {
      flag: '--hedge',
      group: 'Retries and timeouts',
      help: 'send a second attempt when the first is slow, if the request may be repeated and the limits have room',
      option: 'client.hedge',
    },
  }),
}

/** All flags of `gateway`. */
export const gatewayFlags = {
  ...flagTable({
    to: {
      flag: '--to <url>',
      group: 'Gateway',
      help: 'forward to this API; NAME=URL serves it under /NAME/; repeatable if each has a name',
      isRepeatable: true,
    },
    port: {
      flag: '--port <n>',
      group: 'Gateway',
      help: 'port to listen on; 0 picks a free one',
      default: '4100',
      option: 'server.port',
      parse: 'countOrZero',
    },
    listen: {
      flag: '--listen <address>',
      group: 'Gateway',
      help: 'address to listen on, such as 0.0.0.0; addresses that other machines reach need --client-token',
      default: '127.0.0.1',
    },
    clientToken: {
      flag: '--client-token <secret>',
      group: 'Gateway',
      help: 'accept only requests with this token, as `Authorization: Bearer TOKEN` or in Proxy-Authorization; env:NAME or file:PATH hides it',
      secret: 'value',
      names: 'reference',
    },
    health: {
      flag: '--health <[host:]port>',
      group: 'Gateway',
      help: 'serve GET /livez, /readyz and /metrics (Prometheus) on this port; on 127.0.0.1 if no host is given',
      default: 'off',
      option: 'server.health',
      parse: 'address',
    },
    store: {
      flag: '--store <place>',
      group: 'Gateway',
      help: 'share the limits with all gateways and services on this database: postgres://user@host/database',
      default: 'limits of this process alone',
    },
    grace: {
      flag: '--grace <time>',
      group: 'Gateway',
      help: 'time for requests in flight to finish after SIGTERM or Ctrl-C; then they are cut off',
      default: '30s',
      option: 'server.grace',
      parse: 'duration',
    },
    dash: {
      ...resultFlags.dash,
      group: 'Gateway',
      help: 'serve a live page at 127.0.0.1: requests by upstream, what they wait for, callers and their shares; its URL is printed',
    },
    dashListen: {
      ...resultFlags.dashListen,
      group: 'Gateway',
      help: 'serve the page of --dash at this address, such as 0.0.0.0: everybody who knows its URL can see it',
    },
  }),
  ...upstreamFlags,
  quiet: fetchFlags.quiet,
  verbose: { ...fetchFlags.verbose, help: 'show a line per attempt, with time and level; twice: with headers' },
  log: fetchFlags.log,
  color: fetchFlags.color,
  profile: fetchFlags.profile,
  config: {
    ...fetchFlags.config,
    help: 'read this settings file, with an entry per upstream in `upstreams`; SIGHUP reads it again',
  },
  noConfig: fetchFlags.noConfig,
  envFile: fetchFlags.envFile,
}

/** Parsed flags of `gateway`. */
export type GatewayFlags = FlagsOf<typeof gatewayFlags>

/** Parsed flags of an upstream. */
export type UpstreamFlags = FlagsOf<typeof upstreamFlags>
