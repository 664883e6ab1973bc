import { fstatSync, readFileSync } from 'node:fs'
import { type ClientOptions, parseDuration, SettingsError, type TlsOptions } from 'sluice'
import { isSecretHeader, parseRate, secretsInUrl, secretsOf } from 'sluice/internal'
import type { FetchFlags } from '../flags/fetch-flags.ts'
import { forFlag, parseSize } from '../flags/values.ts'
import type { InputFormat, InputPlan } from '../inputs/read-inputs.ts'
import { completeUrl } from '../inputs/url-lines.ts'
import type { Io } from '../io.ts'
import { parseAuth, parseHeader } from './headers.ts'
import { resolveSecret } from './secrets.ts'

/** The flags that say which requests are read. */
export type InputFlags = Pick<
  FetchFlags,
  'input' | 'inputFormat' | 'glob' | 'url' | 'jsonTemplate' | 'idColumn' | 'baseUrl'
>

/** The flags that say how any request is sent, and over what connection. */
export type ConnectionFlags = Pick<
  FetchFlags,
  | 'header'
  | 'data'
  | 'auth'
  | 'baseUrl'
  | 'rate'
  | 'timeout'
  | 'connectTimeout'
  | 'maxBody'
  | 'http2'
  | 'proxy'
  | 'cacert'
  | 'cert'
  | 'key'
  | 'maxHeaderSize'
  | 'insecure'
>

export interface PlanContext {
  readonly env: NodeJS.ProcessEnv
  /** Whether standard input is a pipe or a file: then it is read if nothing else is named. */
  readonly stdinIsPiped: boolean
}

/** What turned up while the flags were understood. */
export interface PlanFindings {
  /** What must be masked wherever it turns up. */
  readonly secrets: string[]
  /** What a person should know before it begins. */
  readonly warnings: string[]
}

/** Which requests are read. @throws SettingsError if none are named. */
export function resolveInput(urls: readonly string[], flags: InputFlags, { stdinIsPiped }: PlanContext): InputPlan {
  const files = flags.input ?? []
  const reads = urls.length > 0 || files.length > 0
  if (!reads && !stdinIsPiped) {
    throw new SettingsError('nothing to fetch: give URLs, or a list with -i FILE, or pipe one in')
  }
  return {
    urls,
    files: reads ? files : ['-'],
    glob: flags.glob,
    format: flags.inputFormat as InputFormat | undefined,
    baseUrl: flags.baseUrl,
    urlTemplate: flags.url,
    jsonTemplate: flags.jsonTemplate,
    idColumn: flags.idColumn,
  }
}

/** How any request is sent. @throws SettingsError that names the flag, what was expected, and what came. */
export function resolveConnection(flags: ConnectionFlags, { env }: PlanContext, findings: PlanFindings): ClientOptions {
  findings.secrets.push(...secretsInUrl(completeUrl(flags.baseUrl ?? '')), ...proxySecrets(flags.proxy, env))
  return {
    baseUrl: flags.baseUrl === undefined ? undefined : completeUrl(flags.baseUrl),
    headers: resolveHeaders(flags, env, findings),
    rate: flags.rate?.flatMap((list) => list.split(',')).map((rate) => forFlag('--rate', () => parseRate('', rate))),
    timeout: durationFlag('--timeout', flags.timeout),
    connectTimeout: durationFlag('--connect-timeout', flags.connectTimeout),
    maxHeaderSize: flags.maxHeaderSize === undefined ? undefined : parseSize('--max-header-size', flags.maxHeaderSize),
    maxBody: flags.maxBody === undefined ? undefined : parseSize('--max-body', flags.maxBody),
    http2: flags.http2,
    proxy: flags.proxy,
    tls: resolveTls(flags),
  }
}

/** A duration as typed; nothing if the flag was not given. @throws SettingsError that names the flag. */
export function durationFlag(flag: string, text: string | undefined): number | undefined {
  return text === undefined ? undefined : forFlag(flag, () => parseDuration('', text))
}

function resolveHeaders(
  flags: ConnectionFlags,
  env: NodeJS.ProcessEnv,
  { secrets, warnings }: PlanFindings,
): Record<string, string | undefined> {
  const headers: Record<string, string | undefined> = {}
  if (flags.data !== undefined) headers['content-type'] = 'application/x-www-form-urlencoded'
  if (flags.auth !== undefined) {
    const auth = parseAuth(flags.auth, { env })
    headers.authorization = auth.header
    secrets.push(...auth.secrets)
    if (auth.literal) warnings.push(literalWarning('--auth'))
  }
  for (const text of flags.header ?? []) {
    const [name, reference] = parseHeader(text)
    if (reference === undefined) {
      headers[name.toLowerCase()] = undefined
      continue
    }
    const { value, secret } = resolveSecret(reference, { env })
    headers[name.toLowerCase()] = value
    if (secret || isSecretHeader(name)) secrets.push(...secretsOf(value))
    if (!secret && isSecretHeader(name)) warnings.push(literalWarning(`-H ${name}`))
  }
  return headers
}

function literalWarning(where: string): string {
  return `${where}: the secret stands on the command line, where others on this machine can see it; env:NAME or file:PATH hides it`
}

function resolveTls({ cacert, cert, key, insecure }: ConnectionFlags): TlsOptions {
  if (key !== undefined && cert === undefined) throw new SettingsError('--key: goes with --cert, which is missing')
  return {
    ca: cacert === undefined ? undefined : readPem('--cacert', cacert, 'CERTIFICATE'),
    cert: cert === undefined ? undefined : readPem('--cert', cert, 'CERTIFICATE'),
    // As curl does: a file may hold both.
    key: cert === undefined ? undefined : readPem(key === undefined ? '--cert' : '--key', key ?? cert, 'PRIVATE KEY'),
    insecure,
  }
}

/** Passwords of proxies: of the one that is named, and of those of the environment. */
function proxySecrets(proxy: string | undefined, env: NodeJS.ProcessEnv): string[] {
  const named = ['http_proxy', 'HTTP_PROXY', 'https_proxy', 'HTTPS_PROXY', 'all_proxy', 'ALL_PROXY'].map(
    (name) => env[name],
  )
  return [proxy, ...named].flatMap((text) => {
    if (text === undefined) return []
    return secretsInUrl(/^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`)
  })
}

function readPem(flag: string, path: string, kind: 'CERTIFICATE' | 'PRIVATE KEY'): string {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    throw new SettingsError(`${flag}: cannot read ${path}: ${(error as Error).message}`)
  }
  if (new RegExp(`-----BEGIN [A-Z ]*${kind}-----`).test(text)) return text
  const hint = kind === 'PRIVATE KEY' && flag === '--cert' ? ': give it with --key' : ''
  throw new SettingsError(`${flag}: ${path} holds no PEM ${kind.toLowerCase()} (-----BEGIN ${kind}-----)${hint}`)
}

/** Whether something is piped in. A terminal is never waited for in silence, and neither is a closed stdin. */
export function isPiped({ stdin }: Io): boolean {
  if (stdin.isTTY) return false
  try {
    const stat = fstatSync(0)
    return stat.isFIFO() || stat.isFile() || stat.isSocket()
  } catch {
    return false
  }
}
