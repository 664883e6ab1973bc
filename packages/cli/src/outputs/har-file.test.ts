import { mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type ApiResponse, createClient } from 'sluice'
import { memoryTransport } from 'sluice/transport'
import { afterAll, describe, expect, it } from 'vitest'
import { openHarFile } from './har-file.ts'
import { createRedactor } from './redactor.ts'

const folder = mkdtempSync(join(tmpdir(), 'sluice-har-'))
afterAll(() => rmSync(folder, { recursive: true }))

function answer(status: number, body = '', headers: Readonly<Record<string, string>> = {}): ApiResponse {
  return { status, headers, body: Buffer.from(body) }
}

interface Entry {
  readonly request: {
    readonly url: string
    readonly httpVersion: string
    readonly postData?: { readonly text: string }
  }
  readonly response: { readonly status: number; readonly content: { readonly text?: string } }
  readonly _attempt: number
}

describe('openHarFile', () => {
  it('has each attempt and redirect with the body that was sent, and what the server said about a failure', async () => {
    const path = join(folder, 'a.har')
    const har = await openHarFile(path, createRedactor(['s3cr3t']))
    let sent = 0
    const transport = memoryTransport(({ url }, exchange) => {
      exchange.onSent('h2')
      sent++
      if (sent === 1) return answer(503, 'busy with s3cr3t', { 'content-type': 'text/plain' })
      if (url.endsWith('/old')) return answer(308, '', { location: '/new' })
      return answer(200, '{"a":1}', { 'content-type': 'application/json' })
    })
    const client = createClient({ transport, perAttempt: [har.policy], retry: { base: 1, cap: 1 } })
    await client.send({ url: 'http://a.test/old', method: 'PUT', json: { key: 's3cr3t', n: 1 } })
    await client.close()
    await har.close()

    const { log } = JSON.parse(readFileSync(path, 'utf8')) as { log: { entries: Entry[] } }
    expect(log.entries.map(({ response }) => response.status)).toEqual([503, 308, 200])
    expect(log.entries.map(({ _attempt }) => _attempt)).toEqual([1, 2, 2])
    expect(log.entries.map(({ request }) => request.url.slice(-3))).toEqual(['old', 'old', 'new'])
    expect(new Set(log.entries.map(({ request }) => request.postData?.text))).toEqual(new Set(['{"key":"***","n":1}']))
    expect(log.entries.map(({ request }) => request.httpVersion)).toEqual(['HTTP/2', 'HTTP/2', 'HTTP/2'])
    expect(log.entries.map(({ response }) => response.content.text)).toEqual(['busy with ***', undefined, undefined])
  })

  it('reports a full disk with the next result, and fails no call for it', async () => {
    const path = join(folder, 'full.har')
    symlinkSync('/dev/full', path)
    const har = await openHarFile(path, (text) => text)
    const client = createClient({ transport: memoryTransport(() => answer(200)), perAttempt: [har.policy] })
    for (let call = 0; call < 3; call++) expect((await client.try('http://a.test/')).ok).toBe(true)
    await client.close()
    await expect(har.close()).rejects.toThrow('the disk is full')
    await har.abort()
  })
})
