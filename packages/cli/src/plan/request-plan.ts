import { fstatSync } from 'node:fs'
import {
  type BulkOptions,
  type ClientOptions,
  type PoolKey,
  type RequestSpec,
  SettingsError,
  type TlsOptions,
} from 'sluice'
import type { BenchmarkOptions } from 'sluice/benchmark'
import { isSecretHeader, secretsInUrl, secretsOf } from 'sluice/internal'
import type { Thresholds } from '../figures/exit-code.ts'
import type { BenchRequestFlags } from '../flags/fetch-flags.ts'
import { fileProblem } from '../flags/file-problem.ts'
import type { FlagTable } from '../flags/flag.ts'
import { merged, optionsOf } from '../flags/options.ts'
import { wholeFile } from '../flags/whole-file.ts'
import type { InputPlan } from '../inputs/read-inputs.ts'
import { headerProblem } from '../inputs/request-fields.ts'
import { completeUrl, urlProblem } from '../inputs/url-text.ts'
import type { Io } from '../io.ts'
import { parseAuth, parseHeader } from './headers.ts'
import { resolveSecret } from './secrets.ts'
import { formType, isOnlyPlaces, type TemplateFlags, templateTexts } from './template-texts.ts'
import { resolveTokens } from './token-flags.ts'

export interface PlanContext {
  readonly env: NodeJS.ProcessEnv
  /** True if standard input is a pipe or a file: it is read if no other input is given. */
  readonly stdinIsPiped: boolean
}

/** Secrets and warnings found in the flags. */
export interface PlanFindings {
  /** Masked in all output. */
  readonly secrets: string[]
  /** Messages for people, before anything is sent. */
  readonly warnings: string[]
}

/** Options set by flags, as named in the flag tables. */
interface FlagOptions {
  readonly client: ClientOptions
  readonly input: InputPlan
  readonly defaults: Pick<RequestSpec, 'method' | 'readAs'>
  readonly bulk: BulkOptions
  readonly thresholds: Partial<Thresholds>
  readonly bench: BenchmarkOptions
}

/** Requests to read, and the flags that may contain placeholders. @throws SettingsError if there are none */
export function resolveInput(
  urls: readonly string[],
  given: InputPlan,
  flags: TemplateFlags,
  { env, stdinIsPiped }: PlanContext,
): InputPlan {
  const { jsonTemplate, ...templates } = templateTexts(flags, env)
  const input: InputPlan = { ...given, jsonTemplate, ...(Object.keys(templates).length > 0 && { templates }) }
  const reads = urls.length > 0 || (input.files ?? []).length > 0
  if (!reads && !stdinIsPiped) {
    throw new SettingsError('nothing to fetch: give URLs, or a list with -i FILE, or pipe one in')
  }
  return reads ? { ...input, urls } : { ...input, urls, files: ['-'] }
}

/**
 * All options of these flags; files and variables are resolved.
 *
 * @throws SettingsError with the flag, the expected and the actual value
 */
export function resolveOptions(
  table: FlagTable,
  flags: BenchRequestFlags,
  { env }: PlanContext,
): FlagOptions & PlanFindings {
  const findings: PlanFindings = { secrets: proxySecrets(flags.proxy, env), warnings: [] }
  const { baseUrl } = flags
  if (baseUrl !== undefined) {
    const problem = urlProblem(completeUrl(baseUrl))
    if (problem !== undefined) throw new SettingsError(`--base-url: ${problem}`)
    findings.secrets.push(...secretsInUrl(completeUrl(baseUrl)))
  }
  const tokens = resolveTokens(flags, env)
  findings.secrets.push(...(tokens?.secrets ?? []))
  findings.warnings.push(...(tokens?.literals ?? []).map(literalWarning))
  const looked = {
    client: {
      ...(tokens === undefined ? undefined : { auth: tokens.auth }),
      ...(baseUrl === undefined ? undefined : { baseUrl: completeUrl(baseUrl) }),
      ...resolveKeys(authOf(flags), env, findings),
      headers: resolveHeaders(flags, env, findings),
      tls: resolveTls(flags),
    },
    input: {},
    defaults: {},
    bulk: {},
    thresholds: {},
    bench: {},
  }
  return { ...(merged(looked, optionsOf(table, flags)) as unknown as FlagOptions), ...findings }
}

function resolveHeaders(
  flags: BenchRequestFlags,
  env: NodeJS.ProcessEnv,
  { secrets, warnings }: PlanFindings,
): Record<string, string | undefined> {
  const headers: Record<string, string | undefined> = {}
  if (flags.data !== undefined) headers['content-type'] = formType
  const [first, ...others] = authOf(flags)
  if (first !== undefined && others.length === 0) {
    const auth = parseAuth(first, { env })
    headers[auth.name] = auth.header
    secrets.push(...auth.secrets)
    if (auth.literal) warnings.push(literalWarning('--auth'))
  }
  for (const text of flags.header ?? []) {
    const [name, reference] = parseHeader(text)
    if (reference === undefined) {
      headers[name.toLowerCase()] = undefined
      continue
    }
    const { value, secret } = resolveSecret(reference, { env }, `-H: ${JSON.stringify(name)}`)
    const problem = headerProblem(name, value)
    if (problem !== undefined) throw new SettingsError(`-H: ${JSON.stringify(name)} ${problem}`)
    headers[name.toLowerCase()] = value
    if (isOnlyPlaces(reference)) continue
    if (secret || isSecretHeader(name)) secrets.push(...secretsOf(value))
    if (!secret && isSecretHeader(name)) warnings.push(literalWarning(`-H ${name}`))
  }
  return headers
}

/** Values of `--auth`. A run stored by an earlier version has one, as text. */
function authOf({ auth = [] }: BenchRequestFlags): readonly string[] {
  return [auth].flat()
}

/** A pool of keys, named after their variables and files. */
function resolveKeys(
  texts: readonly string[],
  env: NodeJS.ProcessEnv,
  { secrets, warnings }: PlanFindings,
): { readonly pool?: readonly PoolKey[] } {
  if (texts.length < 2) return {}
  const names = new Set<string>()
  const pool = texts.map((text, index) => {
    const { name, header, source, literal, ...auth } = parseAuth(text, { env })
    secrets.push(...auth.secrets)
    const key = source !== undefined && !names.has(source) ? source : `key ${index + 1}`
    names.add(key)
    return { name: key, headers: { [name]: header }, literal }
  })
  if (pool.some(({ literal }) => literal)) warnings.push(literalWarning('--auth'))
  return { pool: pool.map(({ name, headers }) => ({ name, headers })) }
}

function literalWarning(where: string): string {
  return `${where}: the secret is on the command line, where others on this machine can see it; env:NAME or file:PATH hides it`
}

function resolveTls({ cacert, cert, key }: BenchRequestFlags): TlsOptions {
  if (key !== undefined && cert === undefined) throw new SettingsError('--key needs --cert')
  return {
    ca: cacert === undefined ? undefined : readPem('--cacert', cacert, 'CERTIFICATE'),
    cert: cert === undefined ? undefined : readPem('--cert', cert, 'CERTIFICATE'),
    // As in curl, one file may contain both.
    key: cert === undefined ? undefined : readPem(key === undefined ? '--cert' : '--key', key ?? cert, 'PRIVATE KEY'),
  }
}

/** Passwords of proxies: of the given one, and of those in the environment. */
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
    text = wholeFile(path).toString('utf8')
  } catch (error) {
    throw new SettingsError(`${flag}: ${path}: ${fileProblem(error)}`)
  }
  if (new RegExp(`-----BEGIN [A-Z ]*${kind}-----`).test(text)) return text
  const hint = kind === 'PRIVATE KEY' && flag === '--cert' ? ': give it with --key' : ''
  throw new SettingsError(`${flag}: ${path} holds no PEM ${kind.toLowerCase()} (-----BEGIN ${kind}-----)${hint}`)
}

/** True if input is piped in. The command never waits for a terminal or a closed stdin. */
export function isPiped({ stdin }: Io): boolean {
  if (stdin.isTTY) return false
  try {
    const stat = fstatSync(0)
    return stat.isFIFO() || stat.isFile() || stat.isSocket()
  } catch {
    return false
  }
}
