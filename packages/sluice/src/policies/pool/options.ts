import { parseRates, type Rate, type RateInput } from '../../algorithms/rate/rate.ts'
import { checkNames, type OptionNames } from '../../errors/checks.ts'
import { SettingsError, unexpected } from '../../errors/settings-error.ts'
import { type HeadersInput, mergeHeaders } from '../../http/headers.ts'
import { type Auth, resolveAuth } from '../auth/auth.ts'
import { type Credentials, placed } from '../auth/credentials.ts'

/** One of several keys or accounts of an API, over which requests are distributed. */
export interface PoolKey {
  /** Name shown in results, events and messages. Not secret. */
  readonly name: string
  /** Created by `bearerAuth`, `basicAuth` or `apiKeyAuth` of `sluice/auth`. A key has this or `headers`. */
  readonly auth?: Auth | undefined
  /** Sent with its requests, replacing their headers of the same names. */
  readonly headers?: HeadersInput | undefined
  /** Limits of this key. @default `rate` of the client, separately for each key */
  readonly rate?: RateInput | readonly RateInput[] | undefined
}

/** Key, completed and validated. */
export interface PoolKeySettings {
  readonly name: string
  /** Undefined if it uses the rates of the client. */
  readonly rates: readonly Rate[] | undefined
  /** Called each time a request is sent; a function is never logged. @throws AuthError if there are none */
  readonly credentials: () => Credentials
}

const keyNames: OptionNames<PoolKey> = { name: true, auth: true, headers: true, rate: true }
const maxKeys = 1_000

/** Completes and validates the keys. @throws SettingsError that names the key by its index, never its secret */
export function resolvePool(keys: readonly PoolKey[] | undefined): readonly PoolKeySettings[] | undefined {
  if (keys === undefined) return undefined
  if (!Array.isArray(keys) || keys.length === 0) throw new SettingsError('pool: expected a list of at least one key')
  if (keys.length > maxKeys) throw new SettingsError(`pool: expected at most ${maxKeys} keys, got ${keys.length}`)
  const names = new Set<string>()
  return keys.map((key, index) => {
    const settings = resolveKey(`pool[${index}]`, key)
    if (names.has(settings.name)) throw new SettingsError(`pool: two keys are named ${JSON.stringify(settings.name)}`)
    names.add(settings.name)
    return settings
  })
}

function resolveKey(where: string, key: PoolKey): PoolKeySettings {
  checkNames(`${where}.`, key, keyNames)
  const { name, rate } = key
  if (typeof name !== 'string' || !/^[\x21-\x7e](?:[\x20-\x7e]{0,98}[\x21-\x7e])?$/.test(name)) {
    throw unexpected(`${where}.name`, '1 to 100 visible ASCII characters', name)
  }
  const rates = rate === undefined ? undefined : parseRates(`${where}.rate`, rate)
  return { name, rates, credentials: credentialsOf(where, key) }
}

function credentialsOf(where: string, { auth: given, headers }: PoolKey): () => Credentials {
  if ((given === undefined) === (headers === undefined)) {
    throw new SettingsError(`${where}: expected either auth or headers`)
  }
  const auth = resolveAuth(given)
  if (auth === undefined) {
    const merged = mergeHeaders({}, headers!)
    if (Object.keys(merged).length === 0) throw new SettingsError(`${where}.headers: expected at least one header`)
    return () => ({ headers: merged })
  }
  if (auth.kind === 'token') {
    throw new SettingsError(
      `${where}.auth: a key of a pool is fixed; for a token that is fetched, create a client with auth`,
    )
  }
  return () => placed(auth.place, auth.secret())
}
