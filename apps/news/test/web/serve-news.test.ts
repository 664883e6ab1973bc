import { once } from 'node:events'
import { request } from 'node:http'
import { connect } from 'node:net'
import { describe, expect, it } from 'vitest'
import { serveNews } from '../../src/index.ts'
import { visitor } from './visitor.ts'

const { app } = visitor()

describe('serving the news', () => {
  it('answers at its address, and frees the port when closed, even with open connections', async () => {
    const before = globalThis.Request
    const served = await serveNews({ app, port: 0 })
    expect(served.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/$/)
    const port = Number(new URL(served.url).port)
    expect((await fetch(served.url)).status).toBe(200)
    const waiting = connect(port, '127.0.0.1')
    await once(waiting, 'connect')
    const ended = once(waiting, 'close')
    await served.close()
    await served.close()
    await ended
    const again = await serveNews({ app, port })
    expect(new URL(again.url).port).toBe(String(port))
    await again.close()
    expect(globalThis.Request).toBe(before)
  })

  it('does not answer a foreign host name', async () => {
    const served = await serveNews({ app, port: 0 })
    try {
      const asked = request(served.url, { headers: { host: 'evil.example' } }).end()
      const [answer] = await once(asked, 'response')
      answer.resume()
      expect(answer.statusCode).toBe(403)
    } finally {
      await served.close()
    }
  })

  it('says what to do if the port is taken', async () => {
    const served = await serveNews({ app, port: 0 })
    try {
      await expect(serveNews({ app, port: Number(new URL(served.url).port) })).rejects.toThrow(
        /^port \d+ of 127\.0\.0\.1 cannot be used \(EADDRINUSE\); choose another one/,
      )
    } finally {
      await served.close()
    }
  })

  it('listens on this machine only', async () => {
    await expect(serveNews({ app, port: 0, host: '0.0.0.0' as '127.0.0.1' })).rejects.toThrow(
      'host: expected 127.0.0.1',
    )
    await expect(serveNews({ app, port: 70_000 })).rejects.toThrow('port: expected a whole number')
  })
})
