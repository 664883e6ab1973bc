import { PassThrough } from 'node:stream'
import { describe, expect, it } from 'vitest'
import type { Io } from '../../io.ts'
import { askConsent, sendingOf, sendingText } from './consent.ts'

describe('what a benchmark sends needs consent', () => {
  it.each([
    ['http://localhost:3000/a', false],
    ['http://LOCALHOST/a', false],
    ['http://api.localhost/a', false],
    ['http://127.0.0.1:1/', false],
    ['http://127.1/', false],
    ['http://127.8.9.10/', false],
    ['http://[::1]:8080/', false],
    ['https://api.example/', true],
    ['http://localhost.example/', true],
    ['http://notlocalhost/', true],
    ['http://127.0.0.1.example/', true],
    ['http://10.0.0.1/', true],
    ['http://0.0.0.0/', true],
    ['http://[::ffff:127.0.0.1]/', true],
    ['http://localhost@api.example/', true],
  ])('for %s: %s', (url, needsConsent) => {
    expect(sendingOf([{ url }], {}).needsConsent).toBe(needsConsent)
  })

  it.each([
    [{}, false],
    [{ method: 'head' }, false],
    [{ method: 'OPTIONS' }, false],
    [{ method: 'DELETE' }, true],
    [{ body: 'x' }, true],
    [{ json: null }, true],
    [{ method: 'GET', body: 'x' }, false],
  ])('for %j on this machine: %s', (request, needsConsent) => {
    expect(sendingOf([{ url: 'http://localhost/', ...request }], {}).needsConsent).toBe(needsConsent)
  })

  it.each([
    ['http://proxy.example:3128', true],
    ['http://localhost:3128', false],
    ['none', false],
  ])('for this machine through the proxy %s: %s', (proxy, needsConsent) => {
    expect(sendingOf([{ url: 'http://localhost/' }], { proxy }).needsConsent).toBe(needsConsent)
  })

  it('if only one of many goes elsewhere, and where it goes is said', () => {
    const sending = sendingOf([{ url: '/a' }, { url: 'https://api.example/b', method: 'post' }], {
      baseUrl: 'http://localhost:3000',
    })
    expect(sending.needsConsent).toBe(true)
    expect(sendingText(1_190, sending)).toBe('1,190 requests (GET, POST) to localhost:3000, api.example')
  })
})

describe('the question', () => {
  function terminal(): { io: Io; answer: PassThrough; shown: () => string } {
    const answer = new PassThrough()
    const stderr = new PassThrough()
    let text = ''
    stderr.on('data', (data) => {
      text += String(data)
    })
    return { io: { stdin: answer, stderr, env: {} } as unknown as Io, answer, shown: () => text }
  }

  it.each(['y\n', 'Yes\n'])('lets it begin at %j', async (typed) => {
    const { io, answer, shown } = terminal()
    const asked = askConsent('5 requests to api.example', { io, canAsk: true, signal: new AbortController().signal })
    answer.write(typed)
    await asked
    expect(shown()).toContain('This sends up to 5 requests to api.example. Continue? [y/N] ')
  })

  it.each(['\n', 'n\n', 'yesterday\n', undefined])('sends nothing at %j', async (typed) => {
    const { io, answer } = terminal()
    const asked = askConsent('5 requests to api.example', { io, canAsk: true, signal: new AbortController().signal })
    if (typed === undefined) answer.end()
    else answer.write(typed)
    await expect(asked).rejects.toThrow('nothing was sent: --yes allows up to 5 requests to api.example')
  })

  it('is not asked where nobody can answer', async () => {
    const { io, shown } = terminal()
    const asked = askConsent('5 requests', { io, canAsk: false, signal: new AbortController().signal })
    await expect(asked).rejects.toThrow('--yes')
    expect(shown()).toBe('')
  })

  it('ends with the reason when it is interrupted', async () => {
    const { io } = terminal()
    const abort = new AbortController()
    const asked = askConsent('5 requests', { io, canAsk: true, signal: abort.signal })
    abort.abort(new Error('stopped'))
    await expect(asked).rejects.toThrow('stopped')
  })
})
