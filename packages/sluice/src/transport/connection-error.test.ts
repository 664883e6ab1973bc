import { describe, expect, it } from 'vitest'
import { brokenConnection, connectError, isOrderlyClose, neverConnected } from './connection-error.ts'
import { ConnectError, ConnectionLostError, LocalLimitError, ProtocolError } from './errors.ts'

const coded = (code: string, message = 'what the system says'): Error => Object.assign(new Error(message), { code })

describe('connectError', () => {
  it.each([
    ['ECONNREFUSED', 'SLUICE_CONNECT', 'connection refused (ECONNREFUSED)'],
    ['ECONNRESET', 'SLUICE_CONNECT', 'connection reset (ECONNRESET)'],
    ['ETIMEDOUT', 'SLUICE_CONNECT', 'no answer from the network (ETIMEDOUT)'],
    ['EHOSTUNREACH', 'SLUICE_CONNECT', 'host unreachable (EHOSTUNREACH)'],
    ['ENETUNREACH', 'SLUICE_CONNECT', 'network unreachable (ENETUNREACH)'],
    ['UND_ERR_SOCKET', 'SLUICE_CONNECT', 'connection closed by the server'],
    ['ENOTFOUND', 'SLUICE_DNS', 'unknown host name (ENOTFOUND)'],
    ['EAI_AGAIN', 'SLUICE_DNS', 'the name server did not answer (EAI_AGAIN)'],
    ['CERT_HAS_EXPIRED', 'SLUICE_TLS', 'the certificate has expired (CERT_HAS_EXPIRED)'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'SLUICE_TLS', 'the certificate is self-signed (DEPTH_ZERO_SELF_SIGNED_CERT)'],
    [
      'SELF_SIGNED_CERT_IN_CHAIN',
      'SLUICE_TLS',
      'the certificate comes from an authority that is not trusted (SELF_SIGNED_CERT_IN_CHAIN)',
    ],
    [
      'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
      'SLUICE_TLS',
      'the certificate is not issued by a trusted authority (UNABLE_TO_VERIFY_LEAF_SIGNATURE)',
    ],
    [
      'ERR_TLS_CERT_ALTNAME_INVALID',
      'SLUICE_TLS',
      'the certificate is for another name (ERR_TLS_CERT_ALTNAME_INVALID)',
    ],
    [
      'ERR_SSL_WRONG_VERSION_NUMBER',
      'SLUICE_TLS',
      'the server does not speak TLS on this port: check the port, or use an http URL (ERR_SSL_WRONG_VERSION_NUMBER)',
    ],
    ['ERR_SSL_ODD', 'SLUICE_TLS', 'what the system says (ERR_SSL_ODD)'],
    ['EPROTO', 'SLUICE_TLS', 'what the system says (EPROTO)'],
  ])('makes of %s: %s', (code, expected, meaning) => {
    const cause = coded(code)
    const error = connectError('api.test', cause)

    expect(error).toBeInstanceOf(ConnectError)
    expect(error.code).toBe(expected)
    expect(error.message).toBe(`cannot connect to api.test: ${meaning}`)
    expect(error.sent).toBe('no')
    expect((error as ConnectError).permanent).toBe(expected === 'SLUICE_TLS')
    expect(error.cause).toBe(cause)
  })

  it('takes several failed addresses by the first of them', () => {
    const error = connectError('api.test', new AggregateError([coded('ENETUNREACH'), coded('ECONNREFUSED')]))
    expect([error.code, error.message]).toEqual([
      'SLUICE_CONNECT',
      'cannot connect to api.test: network unreachable (ENETUNREACH)',
    ])
  })

  it.each([
    [new Error('odd'), 'odd'],
    [new Error(''), 'unknown reason'],
    ['text', 'unknown reason'],
    [undefined, 'unknown reason'],
  ])('says what it can of an error without a code: %s', (cause, meaning) => {
    expect(connectError('api.test', cause).message).toBe(`cannot connect to api.test: ${meaning}`)
  })

  it('names the address once if it is the host, also in IPv6', () => {
    const refused = (address: string) => Object.assign(coded('ECONNREFUSED'), { address, port: 81 })
    const messageFor = (host: string) => connectError(host, refused('::1')).message
    expect(messageFor('[::1]:81')).toBe('cannot connect to [::1]:81: connection refused (ECONNREFUSED)')
    expect(messageFor('a.test:81')).toBe('cannot connect to a.test:81: connection refused (ECONNREFUSED) at [::1]:81')
  })

  it('keeps an error that says it already', () => {
    const error = new ConnectError('SLUICE_CONNECT_TIMEOUT', 'no connection within 5.0 s')
    expect(connectError('api.test', error)).toBe(error)
  })
})

const alert = (number: number, reason: string): Error =>
  Object.assign(new Error(`40:error:0A:SSL routines:x:${reason}:rec.c:9:SSL alert number ${number}\n`), {
    code: `ERR_SSL_${reason.toUpperCase().replaceAll(' ', '_')}`,
    reason,
  })

describe('alerts of TLS', () => {
  it.each([
    [80, 'tlsv1 alert internal error', false],
    [10, 'ssl/tls alert unexpected message', false],
    [90, 'tlsv1 alert user cancelled', false],
    [42, 'ssl/tls alert bad certificate', true],
    [48, 'tlsv1 alert unknown ca', true],
    [70, 'tlsv1 alert protocol version', true],
    [112, 'tlsv1 unrecognized name', true],
  ])('takes number %i, %s, in the handshake for final: %s', (number, reason, isFinal) => {
    const error = connectError('api.test', alert(number, reason)) as ConnectError
    expect([error.code, error.permanent]).toEqual(['SLUICE_TLS', isFinal])
    expect(error.message).toMatch(`cannot connect to api.test: ${reason} (ERR_SSL_`)
  })

  it('takes a certificate that is refused when the request is under way for final', () => {
    const error = brokenConnection('api.test', alert(48, 'tlsv1 alert unknown ca'), {})
    expect(error).toBeInstanceOf(ConnectError)
    expect(error.message).toMatch(/^api\.test refused the client certificate: tlsv1 alert unknown ca/)
  })

  it('takes any other then for a lost connection', () => {
    expect(brokenConnection('api.test', alert(80, 'tlsv1 alert internal error'), {})).toBeInstanceOf(
      ConnectionLostError,
    )
  })
})

describe('what this machine has run out of', () => {
  it.each(['EMFILE', 'ENFILE', 'ENOBUFS', 'ENOMEM'])('is distinguished from failures of the server: %s', (code) => {
    const error = connectError('api.test', coded(code))
    expect(error).toBeInstanceOf(LocalLimitError)
    expect([error.code, error.sent, error.message]).toEqual(['SLUICE_LOCAL_LIMIT', 'no', expect.stringContaining(code)])
    expect(neverConnected(coded(code))).toBe(code !== 'ENOMEM')
  })
})

describe('brokenConnection', () => {
  it('names the option for a head that is too large', () => {
    expect(brokenConnection('api.test', coded('UND_ERR_HEADERS_OVERFLOW'), {})).toMatchObject({
      code: 'SLUICE_PROTOCOL',
      message: 'the response headers of api.test are larger than maxHeaderSize allows',
    })
  })

  it.each([
    ['ECONNRESET', 'connection reset (ECONNRESET)'],
    ['EPIPE', 'connection closed by the server (EPIPE)'],
    ['UND_ERR_SOCKET', 'connection closed by the server'],
    ['UND_ERR_INFO', 'what the system says (UND_ERR_INFO)'],
  ])('makes of %s a lost connection, in which the request may have been sent', (code, meaning) => {
    const error = brokenConnection('api.test', coded(code), {})
    expect(error).toBeInstanceOf(ConnectionLostError)
    expect(error).toMatchObject({
      code: 'SLUICE_CONNECTION_LOST',
      sent: 'maybe',
      idleRace: false,
      message: `lost the connection to api.test: ${meaning}`,
    })
  })

  it.each([
    [0, true],
    [100, true],
    [101, false],
    [undefined, false],
  ])(
    'takes a loss %s ms after a request on a reused connection for the race on an idle one: %s',
    (silentFor, idleRace) => {
      expect(brokenConnection('api.test', coded('ECONNRESET'), { silentFor })).toMatchObject({ idleRace })
    },
  )

  it.each(['HPE_INVALID_CONSTANT', 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH'])(
    'makes of %s an answer that is not HTTP',
    (code) => {
      const error = brokenConnection('api.test', coded(code), {})
      expect(error).toBeInstanceOf(ProtocolError)
      expect([error.code, error.sent, error.message]).toEqual([
        'SLUICE_PROTOCOL',
        'maybe',
        `api.test did not answer in valid HTTP: what the system says (${code})`,
      ])
    },
  )
})

describe('neverConnected', () => {
  it.each([
    ['ECONNREFUSED', true],
    ['ENOTFOUND', true],
    ['EAI_AGAIN', true],
    ['EHOSTUNREACH', true],
    ['ENETUNREACH', true],
    ['EHOSTDOWN', true],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', true],
    ['ERR_TLS_CERT_ALTNAME_INVALID', true],
    ['UND_ERR_CONNECT_TIMEOUT', true],
    ['ECONNRESET', false],
    ['EPIPE', false],
    ['ETIMEDOUT', false],
    ['UND_ERR_SOCKET', false],
    ['XECONNREFUSED', false],
    ['', false],
  ])('says of %s: %s', (code, expected) => {
    expect(neverConnected(coded(code))).toBe(expected)
  })
})

describe('isOrderlyClose', () => {
  it('is so only when the other side ended the connection itself', () => {
    expect(isOrderlyClose(coded('UND_ERR_SOCKET', 'other side closed'))).toBe(true)
    expect(isOrderlyClose(coded('UND_ERR_SOCKET', 'reset'))).toBe(false)
    expect(isOrderlyClose(coded('ECONNRESET', 'other side closed'))).toBe(false)
    expect(isOrderlyClose('other side closed')).toBe(false)
  })
})
