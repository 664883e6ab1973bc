import { isDeepStrictEqual } from 'node:util'
import type { Gateway } from '@sluice/gateway'
import { redactUrl } from 'sluice/http'
import { longName } from '../../flags/flag.ts'
import { type GatewayFlags, gatewayFlags, type UpstreamFlags, upstreamFlags } from '../../flags/gateway-flags.ts'
import type { Style } from '../../terminal/terminal.ts'
import { cleanText } from '../../terminal/text.ts'

/** Path of an upstream for callers. */
export function pathOf(name: string): string {
  return name === '' ? '/' : `/${name}/`
}

/** Path, URL and limits of an upstream: `/github/ -> https://api.github.com: 20 in flight, 100/min`. */
export function upstreamText(
  { name, url }: Pick<Gateway['upstreams'][number], 'name' | 'url'>,
  flags: Partial<UpstreamFlags>,
  style: Style,
): string {
  const parts = [
    flags.concurrency === 'auto' ? 'automatic concurrency' : `${flags.concurrency ?? 10} in flight`,
    ...(flags.rate ?? []),
    ...(flags.burst === undefined ? [] : [`burst ${flags.burst}`]),
    ...credentialsOf(flags),
    ...(flags.cache === undefined ? [] : [`cache ${flags.cache}`]),
    `longest wait ${flags.maxWait ?? '1min'}`,
  ]
  return cleanText(`${pathOf(name)} ${style.ascii ? '->' : '→'} ${redactUrl(url)}: ${parts.join(', ')}`)
}

function credentialsOf({ auth, oauth, login }: Partial<UpstreamFlags>): string[] {
  const count = auth?.length ?? 0
  if (count > 1) return [`${count} keys`]
  return count === 1 || oauth !== undefined || login !== undefined ? ['adds credentials'] : []
}

/** Changed flags that a running gateway does not apply: all but those about upstreams. */
export function untilRestart(before: GatewayFlags, now: GatewayFlags): string[] {
  return Object.entries(gatewayFlags)
    .filter(([name]) => name !== 'to' && !Object.hasOwn(upstreamFlags, name))
    .filter(([name]) => !isDeepStrictEqual(before[name as keyof GatewayFlags], now[name as keyof GatewayFlags]))
    .map(([, flag]) => longName(flag))
}

/** Total requests of all upstreams, in one line. */
export function endText({ upstreams }: ReturnType<Gateway['figures']>): string {
  const sum = (read: (one: (typeof upstreams)[number]) => number): number =>
    upstreams.reduce((total, one) => total + read(one), 0)
  const refused = sum(({ problems }) => [...problems.values()].reduce((total, count) => total + count, 0))
  return `${sum(({ ended }) => ended)} requests answered with ${sum(({ attempts }) => attempts)} attempts, ${refused} refused or failed here`
}
