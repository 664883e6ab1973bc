import type { Dashboard } from '@sluice/dashboard'
import { createGateway, type Gateway } from '@sluice/gateway'
import type { Command } from 'commander'
import { type Client, type ClientOptions, SettingsError, type SharedLimits } from 'sluice'
import { messageOf } from 'sluice/internal'
import { fetchFlags } from '../../flags/fetch-flags.ts'
import { type GatewayFlags, gatewayFlags } from '../../flags/gateway-flags.ts'
import { checkNeeds, optionsOf } from '../../flags/options.ts'
import { type Address, port } from '../../flags/values.ts'
import type { Io } from '../../io.ts'
import { typedPasswordWarning } from '../../jobs/store-place.ts'
import { createRedactor, type Redact } from '../../outputs/redactor.ts'
import { upstreamsOf } from '../../plan/gateway-file.ts'
import { type GatewayPlan, type GivenUpstreams, namingUpstream, resolveUpstreams } from '../../plan/gateway-plan.ts'
import { resolveSecret } from '../../plan/secrets.ts'
import { applySettings, forgetSettings } from '../../plan/settings-files.ts'
import { attemptLines } from '../../terminal/attempt-lines.ts'
import { StopSignals } from '../../terminal/keys.ts'
import { type LogFile, openLogFile } from '../../terminal/log-file.ts'
import { Terminal } from '../../terminal/terminal.ts'
import { cleanText } from '../../terminal/text.ts'
import { type HealthServer, serveHealth } from '../worker/health-endpoint.ts'
import { openGatewayLimits, StoreHealth } from './gateway-limits.ts'
import type { GatewayMetrics } from './gateway-metrics.ts'
import { endText, untilRestart, upstreamText } from './gateway-text.ts'

const usualPort = 4_100
const usualGrace = 30_000

/** Serves the gateway until it is stopped. Returns the exit code. */
export async function gatewayCommand(command: Command, io: Io): Promise<number> {
  const given = await readGiven(command, io)
  return await new GatewaySession(command, io, given).serve()
}

/** Current flags and settings files. */
interface Given {
  readonly flags: GatewayFlags
  readonly inFile: GivenUpstreams
}

async function readGiven(command: Command, io: Io): Promise<Given> {
  forgetSettings(command)
  const found = await applySettings(command, { ...fetchFlags, ...gatewayFlags }, io, gatewayFlags)
  // A copy, since reading the settings again changes the options.
  return { flags: { ...command.opts<GatewayFlags>() }, inFile: found === undefined ? {} : upstreamsOf(found) }
}

/** Options of the server itself. */
interface ServerOptions {
  readonly port?: number
  readonly health?: Address
  readonly grace?: number
}

/** A gateway from start to end, with everything that is open meanwhile. */
class GatewaySession {
  readonly #command: Command
  readonly #io: Io
  readonly #given: Given
  readonly #terminal: Terminal
  readonly #options: ServerOptions
  readonly #stopped = Promise.withResolvers<void>()
  readonly #atOnce = Promise.withResolvers<void>()
  readonly #signals: StopSignals
  readonly #listening = new WeakSet<Client>()
  /** Token required from callers. */
  #clientToken: string | undefined
  #redact: Redact = (text) => text
  #limits: SharedLimits | undefined
  #gateway: Gateway | undefined
  #metrics: GatewayMetrics | undefined
  #health: HealthServer | undefined
  #page: Dashboard | undefined
  #isOver = false
  #log: LogFile | undefined
  readonly #storeHealth = new StoreHealth()

  constructor(command: Command, io: Io, given: Given) {
    this.#command = command
    this.#io = io
    this.#given = given
    this.#terminal = Terminal.as(given.flags, io)
    this.#options = (optionsOf(gatewayFlags, given.flags) as { readonly server?: ServerOptions }).server ?? {}
    this.#signals = new StopSignals({
      endsWithTerminal: false,
      onFirst: () => this.#stopped.resolve(),
      onSecond: () => this.#atOnce.resolve(),
    })
  }

  /** Serves until a signal arrives, and then until the requests in progress are done. Returns the exit code. */
  async serve(): Promise<number> {
    const reload = (): void => void this.#reload()
    process.on('SIGHUP', reload)
    try {
      await this.#start()
      await this.#stopped.promise
      await this.#drain()
      return this.#signals.received === 'SIGTERM' ? 143 : 130
    } finally {
      process.off('SIGHUP', reload)
      this.#signals.close()
      await this.#gateway?.drain(0)
      this.#isOver = true
      await this.#page?.close()
      await this.#health?.close()
      await this.#limits?.close()
      this.#log?.close()
    }
  }

  async #start(): Promise<void> {
    const { flags, inFile } = this.#given
    const { log, store, listen = '127.0.0.1' } = flags
    checkNeeds({ dash: gatewayFlags.dash, dashListen: gatewayFlags.dashListen }, flags)
    const clientToken = this.#readToken(listen)
    this.#clientToken = clientToken
    if (log !== undefined) this.#log = openLogFile(log)
    const warning = typedPasswordWarning(store, this.#io.env)
    if (warning !== undefined) this.#terminal.warn(warning)
    this.#limits = await openGatewayLimits(store, (problem) => this.#tellStore(problem))
    const plan = resolveUpstreams(flags, inFile, this.#io.env, this.#limits)
    this.#use(plan)
    const telemetry = await loadedTelemetry()
    const gateway = namingUpstream('', () => createGateway({ upstreams: plan.upstreams, clientToken, telemetry }))
    this.#gateway = gateway
    await this.#openHealth()
    this.#listen(gateway)
    const { url } = await gateway.listen({ port: this.#options.port ?? usualPort, host: listen }).catch(namingPort)
    this.#io.stdout.write(`listening ${url}\n`)
    this.#tellUpstreams(plan)
    await this.#openPage(gateway, url)
    if (this.#health !== undefined)
      this.#terminal.say(`health at ${this.#health.url}/readyz, metrics at ${this.#health.url}/metrics`)
    this.#terminal.say('Ctrl-C or SIGTERM ends it after the requests in flight; SIGHUP reads the settings again')
  }

  /** Token required from callers. @throws SettingsError if other machines could call without one */
  #readToken(listen: string): string | undefined {
    const { clientToken } = this.#given.flags
    if (clientToken !== undefined) {
      const { value, secret } = resolveSecret(clientToken, { env: this.#io.env })
      if (!secret)
        this.#terminal.warn('--client-token: the secret is on the command line; env:NAME or file:PATH hides it')
      return value
    }
    if (/^(localhost|127(\.\d{1,3}){3}|::1)$/.test(listen)) return undefined
    throw new SettingsError(
      `--listen ${listen}: other machines can reach it, and would use your credentials; add --client-token env:NAME`,
    )
  }

  #use({ secrets, warnings }: GatewayPlan): void {
    const clientToken = this.#clientToken
    this.#redact = createRedactor(clientToken === undefined ? secrets : [...secrets, clientToken])
    for (const warning of warnings) this.#terminal.warn(warning)
  }

  async #openHealth(): Promise<void> {
    const { health } = this.#options
    if (health === undefined) return
    const { gatewayMetrics } = await import('./gateway-metrics.ts')
    this.#metrics = gatewayMetrics(() => this.#gateway?.figures())
    this.#health = await serveHealth({
      ...health,
      metrics: this.#metrics,
      obstacle: () => (this.#signals.received === undefined ? this.#storeHealth.problem : 'the gateway is draining'),
    })
  }

  /** Serves the page of `--dash`. @throws SettingsError if its port cannot be used */
  async #openPage(gateway: Gateway, url: string): Promise<void> {
    const { dash, dashListen } = this.#given.flags
    if (dash === undefined) return
    const [{ serveGateway }, { GatewayPictures }] = await Promise.all([
      import('@sluice/dashboard'),
      import('./gateway-page.ts'),
    ])
    const pictures = new GatewayPictures(gateway, url, (text) => this.#redact(text))
    const listenAt = port(dash, '--dash')
    const state = () => (this.#isOver ? 'ended' : this.#signals.received === undefined ? 'serving' : 'draining')
    this.#page = await serveGateway({
      port: listenAt,
      host: dashListen,
      look: () => pictures.look(state(), performance.now()),
    })
    this.#terminal.say(`live page: ${this.#page.url}`)
  }

  /** Subscribes to the events of new clients. */
  #listen({ upstreams }: Gateway): void {
    const { verbose = 0 } = this.#given.flags
    for (const { name, client } of upstreams) {
      if (this.#listening.has(client)) continue
      this.#listening.add(client)
      const redact = this.#redact
      if (this.#metrics !== undefined) client.on(this.#metrics.listenerFor(name))
      if (this.#log !== undefined) client.on(this.#log.listenerWith(redact))
      if (verbose === 0) continue
      client.on(attemptLines({ headers: verbose > 1, redact, write: (line) => this.#terminal.say(line) }))
    }
  }

  #tellUpstreams({ flags }: GatewayPlan): void {
    for (const [index, upstream] of (this.#gateway?.upstreams ?? []).entries())
      this.#terminal.say(upstreamText(upstream, flags[index] ?? {}, this.#terminal.style))
    if (this.#limits !== undefined) this.#terminal.say('limits are shared with all gateways on this store')
  }

  /** Applies the current settings files. Invalid settings change nothing. */
  async #reload(): Promise<void> {
    const gateway = this.#gateway
    if (gateway === undefined) return
    try {
      const { flags, inFile } = await readGiven(this.#command, this.#io)
      const plan = resolveUpstreams(flags, inFile, this.#io.env, this.#limits)
      namingUpstream('', () => gateway.reload(plan.upstreams))
      this.#use(plan)
      this.#listen(gateway)
      this.#terminal.say('settings read again:')
      this.#tellUpstreams(plan)
      const waiting = untilRestart(this.#given.flags, flags)
      if (waiting.length > 0) this.#terminal.warn(`${waiting.join(', ')}: changed, but used only after a restart`)
      this.#log?.write({ level: 'info', msg: 'gateway.reloaded' })
    } catch (error) {
      this.#terminal.complain(`the settings are unchanged: ${cleanText(this.#redact(messageOf(error)))}`)
      this.#log?.write({ level: 'warn', msg: 'gateway.reload.failed', error: this.#redact(messageOf(error)) })
    }
  }

  async #drain(): Promise<void> {
    const gateway = this.#gateway!
    const grace = this.#options.grace ?? usualGrace
    const open = gateway.figures().upstreams.reduce((sum, one) => sum + one.open, 0)
    if (open > 0)
      this.#terminal.say(
        `stopping: ${open} requests in flight may finish, for up to ${grace / 1_000} s; once more stops now`,
      )
    await Promise.race([gateway.drain(grace), this.#atOnce.promise])
    this.#terminal.say(endText(gateway.figures()))
  }

  #tellStore(problem: string): void {
    const text = cleanText(this.#redact(problem))
    if (this.#storeHealth.fail(text)) this.#terminal.warn(`${text}; requests wait for the store`)
  }
}

/** Spans by the SDK of OpenTelemetry that `node --import` has set up, if one has. */
async function loadedTelemetry(): Promise<ClientOptions['telemetry']> {
  const api = (globalThis as { readonly [name: symbol]: unknown })[Symbol.for('opentelemetry.js.api.1')]
  if ((api as { readonly trace?: unknown } | undefined)?.trace === undefined) return undefined
  const { openTelemetry } = await import('sluice/opentelemetry')
  return openTelemetry()
}

function namingPort(error: unknown): never {
  throw error instanceof SettingsError ? new SettingsError(`--port: ${error.message}`) : error
}
