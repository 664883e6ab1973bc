import { createInterface } from 'node:readline/promises'
import { type ClientOptions, type RequestSpec, SettingsError } from 'sluice'
import { type BenchmarkPlan, joinUrl } from 'sluice/internal'
import type { Io } from '../../io.ts'
import { countText, wrapText } from '../../terminal/text.ts'

/** Requests of a benchmark that a person has to confirm. */
export interface Sending {
  /** Distinct hosts, with ports. */
  readonly hosts: readonly string[]
  /** Distinct methods, in capitals. */
  readonly methods: readonly string[]
  /** True if requests go to another machine, or may have side effects. */
  readonly needsConsent: boolean
}

/** Methods without side effects. */
const harmless: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS'])

/** Hosts and methods of the requests. */
export function sendingOf(requests: readonly RequestSpec[], { baseUrl, proxy = 'none' }: ClientOptions): Sending {
  const hosts = new Map<string, string>()
  const methods = new Set<string>()
  for (const request of requests) {
    const { host, hostname } = joinUrl(request.url, baseUrl)
    hosts.set(host, hostname)
    const hasBody = request.body !== undefined || request.json !== undefined
    methods.add((request.method ?? (hasBody ? 'POST' : 'GET')).toUpperCase())
  }
  // For a proxy on another machine, localhost is that machine.
  const isAway = URL.canParse(proxy) && !isLoopback(new URL(proxy).hostname)
  const isOurOwn = !isAway && [...hosts.values()].every(isLoopback)
  return {
    hosts: [...hosts.keys()],
    methods: [...methods],
    needsConsent: !isOurOwn || [...methods].some((method) => !harmless.has(method)),
  }
}

/** True if the host of a URL is this machine, by its text: names are not resolved. */
function isLoopback(hostname: string): boolean {
  return /^(127(\.\d{1,3}){3}|\[::1\]|(.+\.)?localhost\.?)$/i.test(hostname)
}

/** `1,190 requests to api.example`, with the methods unless all are GET. */
export function sendingText(most: number, { hosts, methods }: Sending): string {
  const only = methods.length === 1 && methods[0] !== 'GET' ? `${methods[0]} ` : ''
  const mixed = methods.length > 1 ? ` (${methods.join(', ')})` : ''
  const shown = hosts.slice(0, 5).join(', ')
  const more = hosts.length > 5 ? ` and ${hosts.length - 5} more hosts` : ''
  return `${countText(most)} ${only}requests${mixed} to ${shown}${more}`
}

export interface Asking {
  readonly io: Io
  /** True if a person can answer: on a terminal that is not itself the input. */
  readonly canAsk: boolean
  readonly signal: AbortSignal
}

/** Asks for confirmation. @throws SettingsError that mentions `--yes` if it is not given */
export async function askConsent(text: string, { io, canAsk, signal }: Asking): Promise<void> {
  const answer = canAsk ? await question(`This sends up to ${text}. Continue? [y/N] `, io, signal) : ''
  signal.throwIfAborted()
  if (/^y(es)?$/i.test(answer.trim())) return
  throw new SettingsError(`nothing was sent: --yes allows up to ${text}`)
}

async function question(text: string, { stdin, stderr }: Io, signal: AbortSignal): Promise<string> {
  // Without line editing, Ctrl-C remains a signal.
  const lines = createInterface({ input: stdin, output: stderr, terminal: false })
  try {
    const ended = new Promise<string>((resolve) => lines.once('close', () => resolve('')))
    const answered = lines.question(text, { signal }).catch(() => '')
    return await Promise.race([answered, ended])
  } finally {
    lines.close()
    stdin.pause()
  }
}

/** Text printed before a benchmark starts. */
export function introText(
  { rows, requestsPerRow, repeat, requests }: BenchmarkPlan,
  sending: Sending,
  width: number,
): string {
  const levels = rows.flatMap(({ mode, concurrency }) => (mode === 'concurrent' ? [String(concurrency)] : []))
  const atOnce = levels.length === 0 ? '' : `, then ${listed(levels)} at once`
  const auto = rows.some(({ mode }) => mode === 'auto') ? ', and the automatic limit' : ''
  const each = `${countText(requestsPerRow)} ${requestsPerRow === 1 ? 'request' : 'requests'} each`
  const rounds = `${repeat} ${repeat === 1 ? 'round' : 'rounds'}`
  const how = `one after another (a new connection for each, then one that is reused)${atOnce}${auto}`
  return [
    `at most ${sendingText(requests, sending)}`,
    ...wrapText(`${rows.length} rows of ${each}, in ${rounds}: ${how}`, Math.max(20, width - 2)).map(
      (line) => `  ${line}`,
    ),
  ].join('\n')
}

function listed(items: readonly string[]): string {
  return items.length === 1 ? items[0]! : `${items.slice(0, -1).join(', ')} and ${items.at(-1)}`
}
