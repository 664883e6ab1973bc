/** Effect of one of curl's options here. */
export type CurlOption =
  /** No effect: it is the default behaviour. */
  | { readonly kind: 'same'; readonly takesValue?: true }
  /** Ignored: it concerns curl's own output. */
  | { readonly kind: 'left out'; readonly takesValue?: true }
  | { readonly kind: 'refused'; readonly takesValue?: true; readonly why: string }
  /** An equivalent flag, with a value or switched on. */
  | { readonly kind: 'flag'; readonly takesValue?: true; readonly flag: string; readonly value?: boolean }
  | { readonly kind: 'read'; readonly takesValue?: true; readonly as: CurlPart }

/** Parts of a request that several options contribute to. */
export type CurlPart =
  | 'url'
  | 'method'
  | 'head'
  | 'get'
  | 'header'
  | 'agent'
  | 'referer'
  | 'cookie'
  | 'range'
  | 'data'
  | 'binary'
  | 'raw'
  | 'urlencode'
  | 'json'
  | 'query'
  | 'user'
  | 'bearer'
  | 'retry'
  | 'seconds'
  | 'connect seconds'

const same = { kind: 'same' } as const
const leftOut = { kind: 'left out' } as const
const read = (as: CurlPart, takesValue = true): CurlOption =>
  takesValue ? { kind: 'read', takesValue, as } : { kind: 'read', as }
const flag = (name: string): CurlOption => ({ kind: 'flag', takesValue: true, flag: name })
const refused = (why: string, takesValue = true): CurlOption =>
  takesValue ? { kind: 'refused', takesValue, why } : { kind: 'refused', why }

/** Effects by option name; a short name is one letter. */
const table: readonly (readonly [names: string, option: CurlOption])[] = [
  ['url', read('url')],
  ['X request', read('method')],
  ['I head', read('head', false)],
  ['G get', read('get', false)],
  ['H header', read('header')],
  ['A user-agent', read('agent')],
  ['e referer', read('referer')],
  ['b cookie', read('cookie')],
  ['r range', read('range')],
  ['d data data-ascii', read('data')],
  ['data-binary', read('binary')],
  ['data-raw', read('raw')],
  ['data-urlencode', read('urlencode')],
  ['json', read('json')],
  ['url-query', read('query')],
  ['u user', read('user')],
  ['oauth2-bearer', read('bearer')],
  ['retry', read('retry')],
  ['m max-time', read('seconds')],
  ['connect-timeout', read('connect seconds')],
  ['k insecure', { kind: 'flag', flag: 'insecure' }],
  ['g globoff', { kind: 'flag', flag: 'glob', value: false }],
  ['http2 http2-prior-knowledge', { kind: 'flag', flag: 'http2' }],
  ['x proxy', flag('proxy')],
  ['cacert', flag('cacert')],
  ['E cert', flag('cert')],
  ['key', flag('key')],
  ['max-redirs', flag('maxRedirects')],
  ['rate', flag('rate')],
  ['parallel-max', flag('concurrency')],
  [
    's silent S show-error v verbose i include f fail fail-with-body L location compressed N no-buffer 0 http1.0 http1.1 ' +
      'http3 http3-only q disable 4 ipv4 6 ipv6 Z parallel parallel-immediate basic no-keepalive keepalive tcp-nodelay ' +
      'retry-all-errors retry-connrefused path-as-is no-progress-meter styled-output no-styled-output ssl-reqd tlsv1.2 tlsv1.3',
    same,
  ],
  ['retry-delay retry-max-time keepalive-time', { ...same, takesValue: true }],
  ['O remote-name J remote-header-name remote-name-all R remote-time create-dirs # progress-bar no-clobber', leftOut],
  [
    'o output w write-out D dump-header output-dir c cookie-jar stderr trace trace-ascii',
    { ...leftOut, takesValue: true },
  ],
  ['F form form-string', refused('form uploads are not supported')],
  ['T upload-file', refused("-X PUT with -d '@FILE' sends a file")],
  ['K config', refused('give the options of the file themselves')],
  ['n netrc netrc-optional', refused('--auth basic:env:USER_PASS takes user and password', false)],
  ['digest ntlm negotiate anyauth', refused('only Basic and Bearer are supported', false)],
  ['aws-sigv4', refused('request signing is not supported')],
  [
    'resolve connect-to interface unix-socket abstract-unix-socket socks5 socks5-hostname',
    refused('it is not supported'),
  ],
]

const options: ReadonlyMap<string, CurlOption> = new Map(
  table.flatMap(([names, option]) => names.split(' ').map((name) => [name, option] as const)),
)

/** Effect of a curl option by its name without dashes; undefined if it is unknown. */
export function curlOption(name: string): CurlOption | undefined {
  return options.get(name)
}
