import { describe, expect, it } from 'vitest'
import { createRequest } from '../../http/create-request.ts'
import type { ApiRequest } from '../../http/request.ts'
import { ConnectError } from '../../transport/errors.ts'
import { QueueFullError } from '../errors.ts'
import type { Outcome } from '../outcome.ts'
import { errorType, metricAttributes, outcomeAttributes, spanAttributes } from './http-attributes.ts'

const request = (url: string): ApiRequest =>
  createRequest({ url }, { baseUrl: undefined, headers: {}, partition: undefined })

describe('the attributes of a request', () => {
  it.each([
    ['https://a.test/', 'a.test', 443],
    ['http://a.test/', 'a.test', 80],
    ['http://a.test:8080/', 'a.test', 8_080],
    ['http://[::1]:3000/', '::1', 3_000],
    ['http://127.0.0.1/', '127.0.0.1', 80],
  ])('of %s name the server %s and the port %d', (url, address, port) => {
    expect(metricAttributes(request(url))).toMatchObject({ 'server.address': address, 'server.port': port })
  })

  it('have the number of requests before it, unless it is the first', () => {
    const one = request('https://a.test/x?key=s3cr3t')
    expect(spanAttributes(one, 0)).toEqual({ 'url.full': 'https://a.test/x?key=***' })
    expect(spanAttributes(one, 3)).toMatchObject({ 'http.request.resend_count': 3 })
  })
})

describe('the type of an error', () => {
  const answered = (status: number): Outcome => ({
    kind: 'response',
    response: { status, headers: {}, body: new Uint8Array() },
  })

  it.each([
    [answered(200), undefined],
    [answered(304), undefined],
    [answered(400), '400'],
    [answered(503), '503'],
    [{ kind: 'failure', error: new ConnectError('SLUICE_DNS', '') } as const, 'SLUICE_DNS'],
    [{ kind: 'rejected', error: new QueueFullError(1) } as const, 'SLUICE_QUEUE_FULL'],
    [{ kind: 'cancelled', reason: 'enough' } as const, 'cancelled'],
  ])('of %o is %s', (outcome, type) => {
    expect(errorType(outcome)).toBe(type)
    expect(outcomeAttributes(outcome)['error.type']).toBe(type)
  })
})
