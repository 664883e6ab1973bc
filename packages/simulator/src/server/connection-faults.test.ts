import { connect } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { afterEach, describe, expect, it } from 'vitest'
import { resolveScenario } from '../scenario/resolve-scenario.ts'
import { type RunningSimulator, serveSimulator } from './serve-simulator.ts'

let api: RunningSimulator

afterEach(() => api.close())

/** Outcome of a connection that sends a request: an error code, `end`, or `open` after `patience` ms. */
function ending(patience = 5_000): Promise<string> {
  return new Promise((resolve) => {
    const options = { port: api.port, host: '127.0.0.1', ca: api.ca }
    const socket = api.ca === undefined ? connect(options) : connectTls(options)
    const done = (how: string) => {
      clearTimeout(timer)
      socket.destroy()
      resolve(how)
    }
    const timer = setTimeout(() => done('open'), patience)
    socket.on('data', () => done('data'))
    socket.on('end', () => done('end'))
    socket.on('error', (error: NodeJS.ErrnoException) =>
      done(/alert number \d+/.exec(error.message)?.[0] ?? error.code ?? ''),
    )
    socket.write('GET /products/1 HTTP/1.1\r\nhost: x\r\n\r\n')
  })
}

describe('faults of connections', () => {
  it.each([
    ['reset', 'ECONNRESET'],
    ['close', 'end'],
    ['silent', 'open'],
  ])('%s: before the first request', async (fault, how) => {
    api = await serveSimulator({ scenario: { latency: 0, connectionFaults: `${fault}:100%` } })
    expect(await ending(fault === 'silent' ? 200 : undefined)).toBe(how)
    expect(api.stats()).toMatchObject({ connections: 1, requests: 0 })
  })

  it.each([
    ['alert', 'alert number 80'],
    ['alert=40', 'alert number 40'],
  ])('%s: a TLS alert in the place of the handshake', async (fault, code) => {
    api = await serveSimulator({ scenario: { latency: 0, connectionFaults: { [fault]: 1 } }, tls: true })
    expect(await ending()).toBe(code)
  })

  it('happen with their share, and to nobody where there is none', async () => {
    api = await serveSimulator({ scenario: { latency: 0, connectionFaults: 'close:50%', seed: 3 } })
    const all = await Promise.all(Array.from({ length: 40 }, () => ending()))
    expect(all.filter((how) => how === 'end').length).toBeGreaterThan(8)
    expect(all.filter((how) => how === 'data').length).toBeGreaterThan(8)
  })

  it('are refused when they cannot be', () => {
    expect(() => resolveScenario({ connectionFaults: 'alert=256:1%' })).toThrow(
      'connectionFaults: expected reset, close, silent or alert, such as alert=80, got "alert=256"',
    )
    expect(() => resolveScenario({ connectionFaults: 'hang:1%' })).toThrow(/^connectionFaults: expected reset/)
    expect(() => resolveScenario({ connectionFaults: 'reset:60%,close:60%' })).toThrow(/add up to 120.0 %/)
  })
})
