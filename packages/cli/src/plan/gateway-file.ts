import { SettingsError } from 'sluice'
import { suggestion } from 'sluice/internal'
import { type UpstreamFlags, upstreamFlags } from '../flags/gateway-flags.ts'
import { isPlain } from '../flags/options.ts'
import { checkUrl, type GivenUpstreams } from './gateway-plan.ts'
import { settingOf } from './setting-value.ts'
import type { FoundUpstreams } from './settings-files.ts'

/**
 * Upstreams of a settings file: `upstreams: { github: 'https://api.github.com', stripe: { url: '…', rate: '25/s' } }`.
 *
 * @throws SettingsError that names the file, the upstream and the setting
 */
export function upstreamsOf({ path, upstreams }: FoundUpstreams): GivenUpstreams {
  if (!isPlain(upstreams))
    throw new SettingsError(
      `${path}: upstreams: expected an object of names, such as { "github": "https://api.github.com" }`,
    )
  const read = Object.entries(upstreams).map(([name, given]) => {
    const { url, ...settings } = typeof given === 'string' ? { url: given } : isPlain(given) ? given : {}
    const place = `${path}: upstreams.${name}`
    if (typeof url !== 'string')
      throw new SettingsError(`${place}: expected a URL, or an object with url and settings such as rate`)
    checkUrl(`${place}.url`, url)
    const flags: Record<string, unknown> = {}
    for (const [setting, value] of Object.entries(settings)) {
      if (!Object.hasOwn(upstreamFlags, setting)) {
        const meant = suggestion(setting, Object.keys(upstreamFlags))
        throw new SettingsError(`${place}: there is no setting ${setting} of an upstream${meant}`)
      }
      if (value === undefined) continue
      const found = settingOf(upstreamFlags, setting, value, place)
      flags[found.name] = found.value
    }
    return [name, { url, flags: flags as Partial<UpstreamFlags> }] as const
  })
  return Object.fromEntries(read)
}
