import { type ClientOptions, type RequestSpec, SettingsError } from 'sluice'
import { clientCredentialsAuth, tokenAuth } from 'sluice/auth'
import { valueAt } from 'sluice/internal'
import type { BenchRequestFlags } from '../flags/fetch-flags.ts'
import { forFlag } from '../flags/values.ts'
import { token as methodToken } from '../inputs/request-fields.ts'
import { completeUrl, urlProblem } from '../inputs/url-text.ts'
import { jsonValue, resolveSecret, secretsInBody, type ValueSources } from './secrets.ts'

type TokenFlags = Pick<BenchRequestFlags, 'auth' | 'oauth' | 'login' | 'loginJson' | 'tokenPath'>

/** Token authentication, and its secrets. */
interface TokenPlan {
  readonly auth: ClientOptions['auth']
  /** Masked in all output. */
  readonly secrets: readonly string[]
  /** Flags with a literal secret, which other users of the machine can see. */
  readonly literals: readonly string[]
}

const parts = ['tokenUrl', 'clientId', 'clientSecret', 'scope', 'audience', 'credentialsIn'] as const

/** Token authentication by `--oauth` or `--login`. @throws SettingsError that names the flag, never a secret */
export function resolveTokens(flags: TokenFlags, env: NodeJS.ProcessEnv): TokenPlan | undefined {
  const { auth, oauth, login } = flags
  const given = Object.entries({ '--auth': auth, '--oauth': oauth, '--login': login }).filter(
    ([, value]) => value !== undefined,
  )
  if (given.length > 1) throw new SettingsError(`${given.map(([flag]) => flag).join(' and ')}: give one of them`)
  if (oauth !== undefined) return forFlag('--oauth', () => resolveOauth(oauth, { env }))
  return login === undefined ? undefined : resolveLogin(login, flags, env)
}

/** True if the secret of `--oauth` was typed literally. */
export function hasTypedSecret(oauth: string): boolean {
  return partsOf(oauth).some(([name, value]) => name === 'clientSecret' && !/^(env|file):/.test(value))
}

/** Parses `tokenUrl=https://...,clientId=env:ID`: a comma separates parts only if another name follows. */
function partsOf(text: string): (readonly [name: string, value: string])[] {
  return text.split(/,(?=\s*[A-Za-z]+=)/).map((part) => {
    const at = part.indexOf('=')
    return at === -1 ? [part.trim(), ''] : [part.slice(0, at).trim(), part.slice(at + 1).trim()]
  })
}

function resolveOauth(text: string, sources: ValueSources): TokenPlan {
  const form =
    'expected tokenUrl=URL,clientId=ID,clientSecret=env:NAME, and scope=..., audience=... or credentialsIn=body'
  const values: Partial<Record<(typeof parts)[number], string>> = {}
  const secrets: string[] = []
  for (const [name, reference] of partsOf(text)) {
    const part = parts.find((one) => one.toLowerCase() === name.replace(/[-_]/g, '').toLowerCase())
    if (part === undefined || reference === '') throw new SettingsError(form)
    const { value, secret } = resolveSecret(reference, sources)
    values[part] = value
    if (secret || part === 'clientSecret') secrets.push(value)
  }
  const { tokenUrl, clientId, clientSecret, scope, audience, credentialsIn } = values
  if (tokenUrl === undefined || clientId === undefined || clientSecret === undefined) throw new SettingsError(form)
  const auth = clientCredentialsAuth({
    tokenUrl: completeUrl(tokenUrl),
    clientId,
    clientSecret,
    scope,
    audience,
    credentialsIn: credentialsIn as 'header' | 'body' | undefined,
  })
  return { auth, secrets, literals: hasTypedSecret(text) ? ['--oauth'] : [] }
}

/**
 * `POST https://api.example/login`, whose response contains the token. It is fetched again when it expires, or is
 * refused.
 */
function resolveLogin(
  text: string,
  { loginJson, tokenPath = 'access_token' }: TokenFlags,
  env: NodeJS.ProcessEnv,
): TokenPlan {
  const match = /^(?:(\S+)\s+)?(\S+)$/.exec(text.trim())
  const method = match?.[1]?.toUpperCase() ?? 'POST'
  if (match === null || !methodToken.test(method))
    throw new SettingsError("--login: expected 'POST https://api.example/login'")
  const url = completeUrl(match[2]!)
  const problem = urlProblem(url)
  if (problem !== undefined) throw new SettingsError(`--login: ${problem}`)
  const json = loginJson === undefined ? undefined : jsonValue('--login-json', loginJson, env)
  forFlag('--token-path', () => valueAt({}, tokenPath))
  const request: RequestSpec = { url, method, ...(json === undefined ? undefined : { json }), readAs: 'json' }
  const auth = tokenAuth({
    async fetchToken({ send }) {
      const { value } = await send<unknown>(request)
      const token = valueAt(value, tokenPath)
      if (typeof token !== 'string' || token === '')
        throw new SettingsError(
          `--login: the response has no text at ${tokenPath}; --token-path sets the path of the token`,
        )
      const seconds = Number(valueAt(value, `${tokenPath.split('.').slice(0, -1).concat('expires_in').join('.')}`))
      return Number.isFinite(seconds) && seconds > 0 ? { token, expiresIn: seconds * 1_000 } : { token }
    },
  })
  const secrets = json === undefined ? [] : secretsInBody({ json: loginJson }, { json })
  const isTyped = loginJson !== undefined && !/^(env:|file:|@)/.test(loginJson)
  return { auth, secrets, literals: isTyped ? ['--login-json'] : [] }
}
