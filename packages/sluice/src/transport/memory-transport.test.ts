import { getEventListeners } from 'node:events'
import { describe, expect, it } from 'vitest'
import { createRequest } from '../http/create-request.ts'
import { Cancellation } from '../time/cancellation.ts'
import { ConnectionLostError } from './errors.ts'
import type { OwnExchange } from './transport.ts'
import { memoryTransport } from './transport.ts'

const request = createRequest('https://api.test/x', { baseUrl: undefined, headers: {}, partition: undefined })

function watched(): { exchange: OwnExchange; log: string[] } {
  const log: string[] = []
  const exchange: OwnExchange = {
    cancellation: new Cancellation(),
    signal: new AbortController().signal,
    onSent: () => log.push('sent'),
    onFirstByte: () => log.push('first byte'),
  }
  return { exchange, log }
}

describe('memoryTransport', () => {
  it.each(['at once', 'later'])('answers with what the function gives %s', async (when) => {
    const { exchange, log } = watched()
    const answer = { status: 200, headers: { a: '1' }, body: new Uint8Array([1]) }
    const transport = memoryTransport((received, receivedExchange) => {
      log.push('handled')
      expect(received).toBe(request)
      expect(receivedExchange).toBe(exchange)
      return when === 'later' ? Promise.resolve(answer) : answer
    })

    expect(await transport.send(request, exchange)).toBe(answer)
    expect(log).toEqual(['sent', 'handled', 'first byte'])
  })

  it('fails with what the function throws, without a first byte', async () => {
    const { exchange, log } = watched()
    const error = new ConnectionLostError('gone')
    const transport = memoryTransport(() => {
      throw error
    })

    await expect(transport.send(request, exchange)).rejects.toBe(error)
    expect(log).toEqual(['sent'])
  })

  it('has nothing to return', async () => {
    const transport = memoryTransport(() => ({ status: 204, headers: {}, body: new Uint8Array() }))
    expect(await transport.close()).toBeUndefined()
    expect(transport.headers).toBeUndefined()
  })
})

describe('an exchange of a user', () => {
  it('removes its listener from the cancellation', async () => {
    const controller = new AbortController()
    const log: string[] = []
    const exchange = {
      signal: controller.signal,
      onSent: () => log.push('sent'),
      onFirstByte: () => log.push('first byte'),
    }
    const transport = memoryTransport(({ url }) =>
      url.endsWith('/slow') ? new Promise(() => {}) : { status: 204, headers: {}, body: new Uint8Array() },
    )
    expect(await transport.send(request, exchange)).toMatchObject({ status: 204 })
    const slow = transport.send({ ...request, url: 'https://api.test/slow' }, exchange)
    controller.abort()
    await expect(slow).rejects.toThrow('the exchange was cancelled')
    await expect(transport.send({ ...request, url: 'https://api.test/slow' }, exchange)).rejects.toThrow('cancelled')
    expect(log.slice(0, 2)).toEqual(['sent', 'first byte'])
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0)
  })
})
