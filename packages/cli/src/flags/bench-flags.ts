import type { FetchFlags } from './fetch-flags.ts'
import type { OptionTable } from './flag.ts'
import { fetchRequestOptions } from './request-flags.ts'
import { fetchResultOptions } from './result-flags.ts'

/** What `bench` has in common with `fetch`: which requests there are, and how each is sent. */
export type BenchRequestFlags = Pick<
  FetchFlags,
  | 'input'
  | 'inputFormat'
  | 'glob'
  | 'url'
  | 'jsonTemplate'
  | 'idColumn'
  | 'method'
  | 'header'
  | 'data'
  | 'auth'
  | 'baseUrl'
  | 'maxBody'
  | 'rate'
  | 'connectTimeout'
  | 'timeout'
  | 'quiet'
  | 'color'
  | 'http2'
  | 'proxy'
  | 'cacert'
  | 'cert'
  | 'key'
  | 'maxHeaderSize'
  | 'insecure'
  | 'config'
  | 'noConfig'
  | 'envFile'
>

/** The flags of `bench` as they are typed. */
export interface BenchFlags extends BenchRequestFlags {
  readonly count?: string
  readonly levels?: string
  readonly repeat?: string
  readonly auto: boolean
  readonly yes?: boolean
  readonly report?: string
  readonly json?: string
  readonly saveProfile?: string
}

/** Flags that `bench` takes over from `fetch` as they are; settings files that have them count here too. */
export const benchRequestOptions: OptionTable<BenchRequestFlags> = {
  input: fetchRequestOptions.input,
  inputFormat: fetchRequestOptions.inputFormat,
  glob: fetchRequestOptions.glob,
  url: fetchRequestOptions.url,
  jsonTemplate: fetchRequestOptions.jsonTemplate,
  idColumn: fetchRequestOptions.idColumn,
  method: fetchRequestOptions.method,
  header: fetchRequestOptions.header,
  data: fetchRequestOptions.data,
  auth: fetchRequestOptions.auth,
  baseUrl: fetchRequestOptions.baseUrl,
  maxBody: fetchRequestOptions.maxBody,
  rate: fetchRequestOptions.rate,
  connectTimeout: fetchRequestOptions.connectTimeout,
  timeout: { ...fetchRequestOptions.timeout, description: 'for one request' },
  quiet: fetchResultOptions.quiet,
  color: fetchResultOptions.color,
  http2: fetchResultOptions.http2,
  proxy: fetchResultOptions.proxy,
  cacert: fetchResultOptions.cacert,
  cert: fetchResultOptions.cert,
  key: fetchResultOptions.key,
  maxHeaderSize: fetchResultOptions.maxHeaderSize,
  insecure: fetchResultOptions.insecure,
  config: fetchResultOptions.config,
  noConfig: fetchResultOptions.noConfig,
  envFile: fetchResultOptions.envFile,
}

/** Every flag of `bench`. */
export const benchOptions: OptionTable<BenchFlags> = {
  count: {
    flags: '-n, --count <n>',
    group: 'Measurement',
    description: 'requests of each row in each round; a shorter list is taken over and over',
    default: '50',
  },
  levels: {
    flags: '--levels <list>',
    group: 'Measurement',
    description: 'how many at once are tried; those above --count are left out',
    default: '1,5,10,20,50',
  },
  repeat: {
    flags: '--repeat <n>',
    group: 'Measurement',
    description: 'rounds, in each of which all rows have their turn',
    default: '3',
  },
  auto: {
    flags: '--no-auto',
    group: 'Measurement',
    description: 'leave out the row that finds by itself how many at once are best',
  },
  yes: {
    flags: '--yes',
    group: 'Measurement',
    description:
      'send without being asked, to hosts other than this machine and with methods that may change something',
    hasTwin: false,
  },
  ...benchRequestOptions,
  report: {
    flags: '--report <file>',
    group: 'Output',
    description: 'a page with all that was measured: .html, or .md',
    hasTwin: false,
  },
  json: {
    flags: '--json <file>',
    group: 'Output',
    description: 'all that was measured as JSON; `-` is stdout, and the table goes to stderr then',
    hasTwin: false,
  },
  saveProfile: {
    flags: '--save-profile <name>',
    group: 'Output',
    description: 'keep the best number at once in ./sluice.profiles.json, for sluice fetch --profile NAME',
    hasTwin: false,
  },
}
