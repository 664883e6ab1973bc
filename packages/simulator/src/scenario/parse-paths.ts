import { SettingsError } from 'sluice'
import { parseLatency } from '../latency/parse-latency.ts'
import { isRecord } from '../settings/parse.ts'
import { unexpected } from '../settings/unexpected.ts'
import { parseFaults, parseOutages } from './parse-faults.ts'
import type { Conduct, PathConduct } from './scenario.ts'

const fields: readonly string[] = ['latency', 'faults', 'outages']

/**
 * What is different under each path, complete, the longest path first; what is not said is as `everywhere`.
 *
 * @throws SettingsError if a path does not begin with a slash, or is there twice, or a field cannot be.
 */
export function parsePaths(name: string, value: unknown, everywhere: Conduct): readonly PathConduct[] {
  if (!isRecord(value)) throw unexpected(name, "an object such as { '/guardian': { faults: '503:5%' } }", value)
  const paths = Object.entries(value).map(([path, conduct]) => pathConduct(name, path, conduct, everywhere))
  const twice = paths.find(({ path }, index) => paths.findIndex((other) => other.path === path) < index)
  if (twice !== undefined) throw new SettingsError(`${name}: ${twice.path} is there twice`)
  return paths.sort((one, other) => other.path.length - one.path.length)
}

function pathConduct(name: string, path: string, value: unknown, everywhere: Conduct): PathConduct {
  if (!/^(\/[^/?#\s]+)+\/?$/.test(path)) throw unexpected(name, "a path such as '/guardian'", path)
  const place = `${name}.${path}`
  if (!isRecord(value)) throw unexpected(place, `an object with ${fields.join(', ')}`, value)
  for (const field of Object.keys(value)) {
    if (!fields.includes(field)) {
      throw new SettingsError(`${place}.${field}: a path has no such field; it has ${fields.join(', ')}`)
    }
  }
  const { latency, faults, outages } = value
  return {
    path: path.replace(/\/$/, ''),
    latency: latency === undefined ? everywhere.latency : parseLatency(`${place}.latency`, latency),
    faults: faults === undefined ? everywhere.faults : parseFaults(`${place}.faults`, faults),
    outages: outages === undefined ? everywhere.outages : parseOutages(`${place}.outages`, outages),
  }
}
