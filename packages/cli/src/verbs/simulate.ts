import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { resolveScenario, type ScenarioOptions, type ServeOptions, scenarios, serveSimulator } from '@sluice/simulator'
import { SettingsError } from 'sluice'
import { longName } from '../flags/flag.ts'
import { isPlain, optionsOf } from '../flags/options.ts'
import { type SimulateFlags, simulateFlags } from '../flags/simulate-flags.ts'
import { forFlag } from '../flags/values.ts'
import type { Io } from '../io.ts'
import { portProblem } from './port-problem.ts'

/** Serves the practice API on loopback until it is stopped. The first line on stdout is its URL. */
export async function simulateCommand(scenario: string | undefined, flags: SimulateFlags, io: Io): Promise<number> {
  if (flags.http2 === true && flags.tls !== true) {
    throw new SettingsError('--http2: HTTP/2 needs TLS; add --tls')
  }
  const { scenario: changes, server } = optionsOf(simulateFlags, flags) as {
    readonly scenario?: ScenarioOptions
    readonly server?: ServeOptions
  }
  if ((server?.port ?? 0) > 65_535) throw new SettingsError(`--port: expected a port up to 65535, got ${server?.port}`)
  const base = baseScenario(scenario)
  checkFlags(flags)
  const running = await serveSimulator({ ...server, scenario: { ...base, ...changes } }).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.syscall !== 'listen') throw error
      throw new SettingsError(`--port: ${portProblem(error, '127.0.0.1', server?.port ?? 0)}`)
    },
  )
  const certificate = running.ca === undefined ? undefined : writeCertificate(running.ca)
  try {
    io.stdout.write(`listening ${running.url}\n`)
    if (certificate !== undefined) io.stderr.write(`certificate to trust: ${certificate}\n`)
    const more = `${certificate === undefined ? '' : ` --cacert ${certificate}`}${flags.http2 === true ? ' --http2' : ''}`
    io.stderr.write(`try: sluice fetch '${running.url}/products/[1-100]' -c 20${more}\n`)
    io.stderr.write(
      `${running.url}/ lists the endpoints, ${running.url}/__stats shows what was received; Ctrl-C ends it\n`,
    )
    const signal = await new Promise<NodeJS.Signals>((resolve) => {
      process.once('SIGINT', resolve)
      process.once('SIGTERM', resolve)
    })
    return signal === 'SIGINT' ? 130 : 143
  } finally {
    await running.close()
    if (certificate !== undefined) rmSync(dirname(certificate), { recursive: true, force: true })
  }
}

/** Writes the certificate to a folder of its own, since several simulators may run. */
function writeCertificate(certificate: string): string {
  const file = join(mkdtempSync(join(tmpdir(), 'sluice-simulate-')), 'certificate.pem')
  writeFileSync(file, certificate)
  return file
}

/** Checks each flag alone, because the simulator's messages name fields of scenarios. @throws SettingsError with the flag */
function checkFlags(flags: SimulateFlags): void {
  for (const [name, flag] of Object.entries(simulateFlags)) {
    const { scenario } = optionsOf({ [name]: flag }, flags)
    if (scenario !== undefined) forFlag(longName(flag), () => resolveScenario(scenario as ScenarioOptions))
  }
}

/** A scenario by name, or from a JSON file. @throws SettingsError with the name or the file */
function baseScenario(scenario: string | undefined): ScenarioOptions {
  if (scenario === undefined) return { extends: 'products' }
  if (Object.hasOwn(scenarios, scenario)) return { extends: scenario as keyof typeof scenarios }
  if (!scenario.endsWith('.json') || !existsSync(scenario)) {
    const known = Object.keys(scenarios).join(', ')
    throw new SettingsError(`${JSON.stringify(scenario)} is not a scenario: expected one of ${known}, or a JSON file`)
  }
  let options: unknown
  try {
    options = JSON.parse(readFileSync(scenario, 'utf8').replace(/^\ufeff/, ''))
  } catch (error) {
    throw new SettingsError(`${scenario}: this is not JSON: ${(error as Error).message}`)
  }
  if (!isPlain(options)) throw new SettingsError(`${scenario}: expected an object of settings`)
  try {
    resolveScenario(options)
  } catch (error) {
    throw error instanceof SettingsError ? new SettingsError(`${scenario}: ${error.message}`) : error
  }
  return options
}
