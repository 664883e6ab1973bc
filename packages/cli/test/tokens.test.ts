import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { sluice, temporaryFolder } from './run-sluice.ts'

it('fetches tokens by --oauth and --login, keeps no secret in store, log and output, and resumes with the references', async () => {
  const seen: string[] = []
  const server = createServer((request, response) => {
    const isToken = request.url === '/token'
    seen.push(`${request.method} ${request.url} ${request.headers.authorization}`)
    const isRefused = !isToken && request.headers.authorization !== 'Bearer token-0815'
    response.writeHead(isRefused ? 401 : 200, { 'content-type': 'application/json', 'set-cookie': 'sid=geheim-4711' })
    response.end(JSON.stringify(isToken ? { access_token: 'token-0815', token_type: 'Bearer' } : { url: request.url }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const folder = temporaryFolder()
  const env = { ID: 'my-app', SECRET: 'geheim-4711', LOGIN: '{"password":"geheim-4711"}' }
  const oauth = ['--oauth', `tokenUrl=${url}/token,clientId=env:ID,clientSecret=env:SECRET`]

  const first = await sluice(
    [
      'fetch',
      ...oauth,
      `${url}/a`,
      `${url}/b`,
      '-vv',
      '--log',
      join(folder, 'log'),
      '--cookie-jar',
      join(folder, 'jar'),
    ],
    { env },
  )
  expect([first.code, first.records.length]).toEqual([0, 2])
  expect(seen.filter((line) => line.startsWith('POST'))).toEqual([
    `POST /token Basic ${Buffer.from('my-app:geheim-4711').toString('base64')}`,
  ])
  expect(readFileSync(join(folder, 'jar'), 'utf8')).toContain('127.0.0.1\tFALSE\t/\tFALSE\t0\tsid\tgeheim-4711')
  const store = `sqlite:${join(folder, 'r.db')}`
  const login = ['--login', `POST ${url}/token`, '--login-json', 'env:LOGIN']
  const kept = await sluice(['fetch', ...login, `${url}/c`, '--store', store, '--name', 'k'], { env })
  expect(kept.code).toBe(0)
  const texts = [first.stdout, first.stderr, kept.stderr, readFileSync(join(folder, 'log'), 'utf8')]
  for (const text of [...texts, readFileSync(join(folder, 'r.db'), 'latin1')]) {
    expect(text).not.toMatch(/geheim-4711|token-0815/)
  }
})
