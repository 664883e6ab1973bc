import { spawn } from 'node:child_process'
import * as http2 from 'node:http2'
import type { AddressInfo } from 'node:net'
import { execPath } from 'node:process'
import { fileURLToPath } from 'node:url'
import { describe, expect, it, onTestFinished } from 'vitest'
import { certificate } from './certificate.ts'

/** A server of HTTP/2 that says goodbye with `code` after every twentieth answer, while other streams are open. */
async function serveGoodbyes(code: number): Promise<string> {
  const server = http2.createSecureServer({ ...certificate, settings: { maxConcurrentStreams: 100 } })
  server.on('sessionError', () => {})
  server.on('session', (session) => session.on('error', () => {}))
  let answers = 0
  server.on('stream', (stream) => {
    stream.on('error', () => {}).resume()
    setTimeout(() => {
      const { session } = stream
      if (stream.destroyed || session === undefined || session.destroyed) return
      if (++answers % 20 !== 0) {
        stream.respond({ ':status': 200 })
        stream.end('x')
        return
      }
      session.goaway(code, stream.id)
      session.close()
    }, Math.random() * 10)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  return `https://127.0.0.1:${(server.address() as AddressInfo).port}`
}

describe('a storm of GOAWAY frames', () => {
  it.each([0, 2])('with code %d does not make the process grow, or end it', async (code) => {
    const url = await serveGoodbyes(code)
    const script = fileURLToPath(new URL('children/goaway-storm.ts', import.meta.url))
    // Bounded, because what is looked for took 19 GB.
    const child = spawn('bash', ['-c', `ulimit -v 14000000; exec "${execPath}" "${script}" "${url}" 8`])
    onTestFinished(() => void child.kill('SIGKILL'))
    let [output, errors] = ['', '']
    child.stdout.on('data', (data) => (output += data))
    child.stderr.on('data', (data) => (errors += data))
    const ended = await new Promise((resolve) => child.on('close', resolve))
    expect([ended, errors]).toEqual([0, ''])
    expect(JSON.parse(output).largest).toBeLessThan(400)
  })
})
