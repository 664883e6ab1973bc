import { redactUrl } from 'sluice/http'
import { isoDate, type PostgresFacts } from 'sluice/internal'
import type { Finding } from './finding.ts'

/** Number of open files below which connections soon use them up. */
const fewFiles = 1_024
/** Free space in bytes below which a run of a million results may fill the disk. */
const littleSpace = 1_000_000_000
/** Memory in bytes below which large bodies soon use it up. */
const littleMemory = 256 * 1024 * 1024
/** Difference of clocks in milliseconds above which dates in headers and records are hard to compare. */
const wrongClock = 5_000
/** Maximum number of connections of a worker: five for results, five for limits, one for its reports. */
const perWorker = 11

/** Checks the Node version against the oldest supported one, such as `22.19`. */
export function judgeNode(version: string, oldest: string): Finding {
  const subject = 'Node'
  const [major = 0, minor = 0] = version.replace(/^v/, '').split('.').map(Number)
  const [oldestMajor = 0, oldestMinor = 0] = oldest.split('.').map(Number)
  if (major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)) {
    return { subject, state: 'ok', text: version }
  }
  return { subject, state: 'failure', text: `${version} is too old`, advice: `install Node ${oldest} or later` }
}

/** Checks the maximum number of open files; undefined if the system does not report it. */
export function judgeOpenFiles(limit: number | undefined): Finding {
  const subject = 'open files'
  if (limit === undefined) return { subject, state: 'ok', text: 'this system does not say how many are allowed' }
  const text = limit === Number.POSITIVE_INFINITY ? 'unlimited' : `at most ${limit}`
  if (limit >= fewFiles) return { subject, state: 'ok', text }
  return {
    subject,
    state: 'warning',
    text,
    advice: `each connection takes one: raise it with "ulimit -n 65536", or keep -c below ${Math.max(1, limit - 50)}`,
  }
}

/** Checks the memory available to the process, in bytes. */
export function judgeMemory(limit: number): Finding {
  const subject = 'memory'
  const text = `${Math.floor(limit / 1024 / 1024)} MiB`
  if (limit >= littleMemory) return { subject, state: 'ok', text }
  return { subject, state: 'warning', text, advice: 'keep --max-body and -c small: bodies in flight are in memory' }
}

/** Checks the default folder of stored runs. `free` is in bytes; an error if the folder is not writable. */
export function judgeFolder(path: string, free: number | Error): Finding {
  const subject = 'folder'
  if (free instanceof Error) {
    const advice = 'use --store and -o with a folder that you can write to'
    return { subject, state: 'warning', text: `${path} cannot be written: ${free.message}`, advice }
  }
  const text = `${path} has ${(free / 1e9).toFixed(1)} GB free`
  if (free >= littleSpace) return { subject, state: 'ok', text }
  return { subject, state: 'warning', text, advice: 'free some: a stored run needs about 1 KB per small result' }
}

/** Checks the proxy variables that `--proxy environment` (the default) uses. */
export function judgeProxy(env: NodeJS.ProcessEnv, fault: Error | undefined): Finding {
  const subject = 'proxy'
  if (fault !== undefined) {
    return { subject, state: 'failure', text: fault.message, advice: 'fix the variable, or use --proxy none' }
  }
  const used = ['http_proxy', 'https_proxy', 'no_proxy'].flatMap((name) => {
    const value = env[name] || env[name.toUpperCase()]
    return value ? [`${name} = ${name === 'no_proxy' ? value : redactUrl(value)}`] : []
  })
  return { subject, state: 'ok', text: used.length === 0 ? 'none' : used.join(', ') }
}

/** Checks variables that start with `SLUICE_`: one that no flag reads has no effect. */
export function judgeVariables(env: NodeJS.ProcessEnv, known: ReadonlySet<string>): Finding {
  const subject = 'variables'
  const given = Object.keys(env)
    .filter((name) => name.startsWith('SLUICE_'))
    .sort()
  const unknown = given.filter((name) => !known.has(name))
  if (unknown.length === 0) return { subject, state: 'ok', text: given.length === 0 ? 'none' : given.join(', ') }
  const text = `${unknown.join(', ')}: no flag has ${unknown.length === 1 ? 'this variable' : 'these variables'}`
  return { subject, state: 'warning', text, advice: 'sluice help environment explains the names' }
}

/** Checks the schema of a store on PostgreSQL. */
export function judgeStore({ name, version, roundTrip, schema, steps, knownSteps }: PostgresFacts): Finding {
  const subject = 'store'
  const text = `${name}: PostgreSQL ${version}, ${roundTrip.toFixed(1)} ms away, schema ${schema}`
  if (steps > knownSteps) {
    const advice = `update Sluice: the schema is at step ${steps}, and this version knows ${knownSteps}`
    return { subject, state: 'failure', text, advice }
  }
  if (steps === knownSteps) return { subject, state: 'ok', text }
  const made = steps === 0 ? 'is created' : `is migrated from step ${steps} to ${knownSteps}`
  return { subject, state: 'ok', text: `${text}, which ${made} by the next run` }
}

/** Checks that a worker finds enough connections, and that the space of removed runs is reused. */
export function judgeServer({ connections: { allowed, open }, isVacuumed }: PostgresFacts): readonly Finding[] {
  const text = `${open} of ${allowed} connections are open; a worker takes up to ${perWorker}`
  const connections = { subject: 'connections', text }
  const advice = 'raise max_connections of PostgreSQL, or run fewer workers'
  const vacuum: Finding = {
    subject: 'autovacuum',
    state: 'warning',
    text: 'off: the space of removed runs is not reused',
    advice: 'turn autovacuum of PostgreSQL on',
  }
  const isScarce = allowed - open < perWorker
  return [
    isScarce ? { ...connections, state: 'warning', advice } : { ...connections, state: 'ok' },
    ...(isVacuumed ? [] : [vacuum]),
  ]
}

/** Compares the local clock with the store's; the readings are at most half a round trip apart. */
export function judgeClock({ here, there }: PostgresFacts['clocks'], roundTrip: number): Finding {
  const subject = 'clock'
  const apart = Math.max(0, Math.abs(here - there) - roundTrip / 2)
  const date = isoDate(here)
  if (apart <= wrongClock) return { subject, state: 'ok', text: `${date}, as in the store` }
  const text = `${date} is ${(apart / 1000).toFixed(1)} s ${here > there ? 'ahead of' : 'behind'} the store's clock`
  return {
    subject,
    state: 'warning',
    text,
    advice: 'synchronise the clocks with NTP: records have dates of the local clock',
  }
}
