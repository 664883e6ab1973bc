import type { Upstream } from '@sluice/gateway'
import { SettingsError, type SharedLimits } from 'sluice'
import { redactUrl } from 'sluice/http'
import { type GatewayFlags, type UpstreamFlags, upstreamFlags } from '../flags/gateway-flags.ts'
import { checkNeeds, namingFlags } from '../flags/options.ts'
import { completeUrl } from '../inputs/url-text.ts'
import { resolveOptions } from './request-plan.ts'

/** Upstreams from the command line or a settings file: the URL, and overrides of the common flags. */
export type GivenUpstreams = Readonly<Record<string, { readonly url: string; readonly flags: Partial<UpstreamFlags> }>>

export interface GatewayPlan {
  readonly upstreams: readonly Upstream[]
  /** Flags of each upstream, in the same order. */
  readonly flags: readonly Partial<UpstreamFlags>[]
  /** Masked in all output. */
  readonly secrets: readonly string[]
  readonly warnings: readonly string[]
}

/** Credentials: an upstream with its own ignores the common ones. */
const credentials = ['auth', 'oauth', 'login', 'loginJson', 'tokenPath'] as const

/**
 * Upstreams from `--to` and the settings file, each with its client options.
 *
 * @throws SettingsError with the flag or upstream, the expected and the actual value
 */
export function resolveUpstreams(
  flags: GatewayFlags,
  inFile: GivenUpstreams,
  env: NodeJS.ProcessEnv,
  sharedLimits: SharedLimits | undefined,
): GatewayPlan {
  const given = Object.entries(inFile).map(([name, upstream]) => ({ name, ...upstream }))
  const typed = (flags.to ?? []).map((text) => ({ ...namedUrl(text), flags: {} as Partial<UpstreamFlags> }))
  for (const { url } of typed) checkUrl('--to', url)
  const all = [...typed, ...given]
  if (all.length === 0)
    throw new SettingsError('nothing to forward to: give --to URL, or upstreams in a settings file (--config)')
  checkNames(all.map(({ name }) => name))
  const secrets: string[] = []
  const warnings = new Set<string>()
  const merged: Partial<UpstreamFlags>[] = []
  const upstreams = all.map(({ name, url, flags: own }): Upstream => {
    const where = name === '' ? '' : `upstream ${name}: `
    const its = ofUpstream(flags, own)
    merged.push(its)
    const options = namingUpstream(where, () => {
      checkNeeds(upstreamFlags, its)
      return resolveOptions(upstreamFlags, { glob: true, ...its } as never, { env, stdinIsPiped: false })
    })
    secrets.push(...options.secrets)
    for (const warning of options.warnings) warnings.add(where + warning)
    const throttles = its.attempts === undefined ? undefined : ({ maxThrottles: 'attempts' } as const)
    const retry = { maxRetryAfter: '1h', ...throttles, ...options.client.retry } as const
    const client = { ...options.client, retry, ...(sharedLimits !== undefined && { sharedLimits }) }
    return { ...(name !== '' && { name }), url: completeUrl(url), client }
  })
  return { upstreams, flags: merged, secrets, warnings: [...warnings] }
}

/** Prefixes messages with the name of the upstream, and uses flag names in place of option names. */
export function namingUpstream<T>(where: string, work: () => T): T {
  try {
    return namingFlags(upstreamFlags, work)
  } catch (error) {
    if (!(error instanceof SettingsError) || where === '') throw error
    throw new SettingsError(where + error.message)
  }
}

/** Checks that it is the address of an API. @throws SettingsError that names the place */
export function checkUrl(place: string, url: string): void {
  const full = completeUrl(url)
  if (URL.canParse(full) && /^https?:$/.test(new URL(full).protocol)) return
  throw new SettingsError(
    `${place}: expected an http or https URL such as https://api.example, got ${JSON.stringify(redactUrl(url))}`,
  )
}

/** Parses `NAME=URL`, or a URL alone. */
function namedUrl(text: string): { readonly name: string; readonly url: string } {
  const [, name = '', url = ''] = /^(?:([\w.~-]+)=)?(.*)$/s.exec(text)!
  return { name, url }
}

function checkNames(names: readonly string[]): void {
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (twice !== undefined && twice !== '') throw new SettingsError(`--to: two upstreams have the name ${twice}`)
  if (names.length > 1 && names.includes(''))
    throw new SettingsError('--to: several upstreams need a name each: --to github=https://api.github.com')
}

function ofUpstream(flags: GatewayFlags, own: Partial<UpstreamFlags>): Partial<UpstreamFlags> {
  const shared: Record<string, unknown> = {}
  const hasOwnCredentials = credentials.some((name) => own[name] !== undefined)
  for (const name of Object.keys(upstreamFlags) as (keyof UpstreamFlags)[]) {
    if (hasOwnCredentials && (credentials as readonly string[]).includes(name)) continue
    if (flags[name] !== undefined) shared[name] = flags[name]
  }
  return { ...shared, ...own }
}
