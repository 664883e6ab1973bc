import { SettingsError } from 'sluice'
import { framing, isSecretHeader } from 'sluice/internal'
import type { FetchFlags } from '../flags/fetch-flags.ts'
import { fileProblem } from '../flags/file-problem.ts'
import { wholeFile } from '../flags/whole-file.ts'
import { shellWord } from '../terminal/text.ts'
import { type CurlPart, curlOption } from './curl-options.ts'
import { shellWords, variableIn, withVariables } from './shell-words.ts'

/** A curl command as arguments and flags of `fetch`. */
export interface FromCurl {
  readonly urls: readonly string[]
  readonly flags: FetchFlags
  /** Messages for people: ignored options, and credentials that belong in the environment. */
  readonly notes: readonly string[]
}

type Values = { readonly [Part in CurlPart]?: readonly string[] }

/**
 * Merges the flags of `--from-curl` with explicit ones, which win. With an input file, the URL of the command applies
 * to each row.
 *
 * @throws SettingsError that names a curl option that is not supported
 */
export function withCurl(urls: readonly string[], flags: FetchFlags, env: NodeJS.ProcessEnv): FromCurl {
  const { fromCurl, ...own } = flags
  if (fromCurl === undefined) return { urls, flags, notes: [] }
  const { values, set, leftOut } = readOptions(commandOf(fromCurl), env)
  const request = requestOf(values, env)
  const targets = urlsOf(values, env)
  const rows = own.url === undefined && targets.length === 1 ? (own.input ?? []) : []
  const isRow = rows.length > 0
  const given = Object.fromEntries(
    Object.entries(own).filter(([name, value]) => value !== undefined && !(name === 'glob' && value === true)),
  )
  const header = [...request.header, ...(own.header ?? [])]
  return {
    urls: [...(isRow ? [] : targets), ...urls],
    flags: {
      ...own,
      ...set,
      ...request.flags,
      ...(isRow && { url: targets[0] }),
      ...given,
      ...(header.length > 0 && { header }),
    } as FetchFlags,
    notes: [
      ...(leftOut.length === 0 ? [] : [`--from-curl: ${leftOut.join(', ')} of curl has no equivalent and is ignored`]),
      ...credentialNote(isRow ? ['--url', targets[0]!, ...rows.flatMap((file) => ['-i', file])] : targets, request),
    ],
  }
}

/** The command as typed, or from a file. */
function commandOf(text: string): string {
  if (!text.startsWith('@')) return text
  try {
    return wholeFile(text.slice(1))
      .toString('utf8')
      .replace(/^\ufeff/, '')
  } catch (error) {
    throw new SettingsError(`--from-curl: ${text.slice(1)}: ${fileProblem(error)}`)
  }
}

interface Options {
  readonly values: Values
  /** Equivalent flags. */
  readonly set: Readonly<Record<string, unknown>>
  readonly leftOut: readonly string[]
}

function readOptions(command: string, env: NodeJS.ProcessEnv): Options {
  const [program, ...words] = shellWords(command)
  if (program === undefined || !/(?:^|[\\/])curl(?:\.exe)?$/.test(program)) {
    throw new SettingsError(
      "--from-curl: expected a command that begins with curl, such as 'curl https://api.example/x'",
    )
  }
  const values: Partial<Record<CurlPart, string[]>> = {}
  const set: Record<string, unknown> = {}
  const leftOut: string[] = []
  const add = (part: CurlPart, value: string): void => {
    values[part] = [...(values[part] ?? []), value]
  }
  for (const { name, shown, value } of optionsOf(words)) {
    if (name === undefined) {
      add('url', value!)
      continue
    }
    const option = curlOption(name)
    if (option === undefined) throw new SettingsError(`--from-curl: curl's ${shown} is not supported; leave it out`)
    if (option.takesValue === true && value === undefined)
      throw new SettingsError(`--from-curl: ${shown} needs a value`)
    if (option.kind === 'refused') throw new SettingsError(`--from-curl: curl's ${shown}: ${option.why}`)
    if (option.kind === 'left out') leftOut.push(shown)
    else if (option.kind === 'read') add(option.as, value ?? '')
    else if (option.kind === 'flag') {
      const given = value === undefined ? (option.value ?? true) : withVariables(value, env)
      set[option.flag] = option.flag === 'rate' ? [given] : given
    }
  }
  return { values, set, leftOut: [...new Set(leftOut)] }
}

interface Word {
  /** Undefined for a URL. */
  readonly name: string | undefined
  readonly shown: string
  readonly value: string | undefined
}

/**
 * Options in a list of words: `-sXPOST` is two, `--request=POST` is not curl's syntax, and other requests follow
 * `--next`.
 */
function* optionsOf(words: readonly string[]): Generator<Word, void, undefined> {
  const left = [...words]
  for (let word = left.shift(); word !== undefined; word = left.shift()) {
    if (word === '--next' || word === '-:') throw new SettingsError('--from-curl: give one request, without --next')
    if (word.startsWith('--') && word !== '--') {
      const name = word.slice(2)
      yield { name, shown: word, value: curlOption(name)?.takesValue === true ? left.shift() : undefined }
    } else if (word.startsWith('-') && word.length > 1 && word !== '--') {
      for (let at = 1; at < word.length; at++) {
        const name = word[at]!
        const shown = `-${name}`
        if (curlOption(name)?.takesValue !== true) {
          yield { name, shown, value: undefined }
          continue
        }
        const rest = word.slice(at + 1)
        yield { name, shown, value: rest === '' ? left.shift() : rest }
        break
      }
    } else if (word !== '--') yield { name: undefined, shown: word, value: word }
  }
}

interface CurlRequest {
  readonly flags: Readonly<Record<string, unknown>>
  readonly header: readonly string[]
}

function requestOf(values: Values, env: NodeJS.ProcessEnv): CurlRequest {
  const text = (part: CurlPart): string | undefined => {
    const value = values[part]?.at(-1)
    return value === undefined ? undefined : withVariables(value, env)
  }
  const { header, auth } = headersOf(values, env)
  const body = values.get === undefined ? bodyOf(values, env) : undefined
  const method = values.head === undefined ? text('method') : 'HEAD'
  const seconds = text('seconds')
  const connect = text('connect seconds')
  const retry = text('retry')
  return {
    header,
    flags: {
      ...(method !== undefined && { method }),
      ...(auth !== undefined && { auth: [auth] }),
      ...(body !== undefined && { data: body }),
      ...(seconds !== undefined && { timeout: `${seconds}s` }),
      ...(connect !== undefined && { connectTimeout: `${connect}s` }),
      ...(retry !== undefined && { attempts: String(Number(retry) + 1) }),
    },
  }
}

/** Headers to keep, and authentication. A lone variable is resolved later. */
function headersOf(
  values: Values,
  env: NodeJS.ProcessEnv,
): { readonly header: string[]; readonly auth: string | undefined } {
  const header: string[] = []
  let auth: string | undefined
  const add = (name: string, value: string | undefined): void => {
    if (value === undefined) return
    const reference = variableIn(value)
    header.push(`${name}: ${reference === undefined ? withVariables(value, env) : `env:${reference}`}`)
  }
  if (values.json !== undefined) header.push('Content-Type: application/json', 'Accept: application/json')
  for (const line of values.header ?? []) {
    if (line.startsWith('@')) throw new SettingsError(`--from-curl: -H ${line}: give the headers themselves`)
    const [, name, value] = /^(:?[^:;]+):\s*(.*)$/s.exec(line) ?? []
    if (name === undefined || value === undefined) {
      header.push(withVariables(line, env))
      continue
    }
    // Headers of the connection, which writes them itself, and the pseudo-headers that browsers show for HTTP/2.
    if (name.startsWith(':') || framing.has(name.toLowerCase())) continue
    const bearer = /^authorization$/i.test(name) ? variableIn(value.replace(/^Bearer\s+/i, '')) : undefined
    if (bearer !== undefined && /^Bearer\s/i.test(value)) auth = `bearer:env:${bearer}`
    else if (value === '') header.push(`${name}:`)
    else add(name, value)
  }
  add('User-Agent', values.agent?.at(-1))
  add('Referer', values.referer?.at(-1)?.replace(/;auto$/, ''))
  const range = values.range?.at(-1)
  add('Range', range === undefined ? undefined : `bytes=${range}`)
  for (const cookie of values.cookie ?? []) {
    if (!cookie.includes('='))
      throw new SettingsError('--from-curl: -b names a file; give the cookies themselves, as -b NAME=VALUE')
    add('Cookie', cookie)
  }
  const user = values.user?.at(-1)
  if (user !== undefined) auth = basicOf(user, env)
  const token = values.bearer?.at(-1)
  if (token !== undefined)
    auth = `bearer:${variableIn(token) === undefined ? withVariables(token, env) : `env:${variableIn(token)}`}`
  return { header, auth }
}

function basicOf(user: string, env: NodeJS.ProcessEnv): string {
  const whole = variableIn(user)
  if (whole !== undefined) return `basic:env:${whole}`
  const colon = user.indexOf(':')
  if (colon === -1) throw new SettingsError('--from-curl: -u has no password; write it as -u USER:$PASSWORD')
  const password = user.slice(colon + 1)
  const name = variableIn(password)
  return `basic:${withVariables(user.slice(0, colon), env)}:${name === undefined ? withVariables(password, env) : `env:${name}`}`
}

/** Joins bodies as curl does. */
function bodyOf(values: Values, env: NodeJS.ProcessEnv): string | undefined {
  const files = [...(values.data ?? []), ...(values.binary ?? []), ...(values.json ?? [])].filter((text) =>
    text.startsWith('@'),
  )
  const parts = dataParts(values, env)
  if (parts.length === 0) return undefined
  if (files.length > 0 && parts.length > 1)
    throw new SettingsError('--from-curl: a file cannot be combined with other data')
  const body = parts.join(values.json === undefined ? '&' : '')
  if (files.length === 0 && /^(?:@|env:|file:)/.test(body)) {
    throw new SettingsError(
      `--from-curl: a body that begins with ${/^\w*[@:]/.exec(body)![0]} must be in a file: -d '@FILE'`,
    )
  }
  return body
}

function dataParts(values: Values, env: NodeJS.ProcessEnv): string[] {
  const plain = [values.data, values.binary, values.raw, values.json].flatMap((list) => list ?? [])
  return [
    ...plain.map((text) => withVariables(text, env)),
    ...(values.urlencode ?? []).map((text) => urlencoded(withVariables(text, env))),
  ]
}

/** `name=content` with encoded content; `=content` and `content` have no name. */
function urlencoded(text: string): string {
  const [, name = '', content] = /^([^=@]*)=(.*)$/s.exec(text) ?? []
  if (content === undefined && text.includes('@'))
    throw new SettingsError('--from-curl: --data-urlencode with a file: give the text itself')
  const encoded = encodeURIComponent(content ?? text)
  return name === '' ? encoded : `${name}=${encoded}`
}

/** curl defaults to http. */
function urlsOf(values: Values, env: NodeJS.ProcessEnv): string[] {
  const query = [...(values.get === undefined ? [] : dataParts(values, env)), ...(values.query ?? [])].join('&')
  const urls = (values.url ?? []).map((url) => withVariables(url, env))
  if (urls.length === 0) throw new SettingsError('--from-curl: the command has no URL')
  return urls.map((url) => {
    const whole = /^[a-z][a-z0-9+.-]*:\/\//i.test(url) ? url : `http://${url}`
    return query === '' ? whole : `${whole}${whole.includes('?') ? '&' : '?'}${query}`
  })
}

/** Note with the same command but its credentials in the environment; empty if there are none. */
function credentialNote(source: readonly string[], { flags, header }: CurlRequest): string[] {
  const names: string[] = []
  const inEnvironment = (name: string): string => {
    names.push(name)
    return `env:${name}`
  }
  const words: string[] = ['sluice', 'fetch', ...source]
  if (flags.method !== undefined) words.push('-X', String(flags.method))
  for (const line of header) {
    const [, name = '', value = ''] = /^([^:]+):\s*(.*)$/s.exec(line) ?? []
    if (!isSecretHeader(name) || value === '' || value.startsWith('env:')) words.push('-H', line)
    else if (/^authorization$/i.test(name) && /^bearer /i.test(value))
      words.push('--auth', `bearer:${inEnvironment('TOKEN')}`)
    else words.push('-H', `${name}: ${inEnvironment(name.toUpperCase().replace(/\W/g, '_'))}`)
  }
  const auth = flags.auth === undefined ? undefined : String(flags.auth)
  if (auth !== undefined) {
    const kind = /^\w+/.exec(auth)![0]
    const isReference = /^\w+:(?:[^:]*:)?env:/.test(auth)
    words.push('--auth', isReference ? auth : `${kind}:${inEnvironment(kind === 'basic' ? 'USER_PASS' : 'TOKEN')}`)
  }
  if (names.length === 0) return []
  if (flags.data !== undefined) words.push('-d', String(flags.data))
  return [
    `--from-curl: the command contains credentials; with ${names.join(', ')} in the environment, it becomes\n  ${words.map(shellWord).join(' ')}`,
  ]
}
