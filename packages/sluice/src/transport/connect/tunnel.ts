import { type IncomingMessage, request } from 'node:http'
import type { Socket } from 'node:net'
import { statusLine } from '../../http/response.ts'
import type { Cancellation } from '../../time/cancellation.ts'
import { ConnectError } from '../errors.ts'
import type { ProxyAddress } from './proxy.ts'

/** Refusals of a proxy for which a retry may help. */
const passing: ReadonlySet<number> = new Set([408, 425, 429])

/** Error for a proxy that answers with `status` instead of forwarding a request. */
export function proxyRefusal(proxy: ProxyAddress, status: number): ConnectError {
  const hint =
    status !== 407
      ? ''
      : proxy.authorization === undefined
        ? ': it requires a user name and a password, as in http://user:password@host:port'
        : ': it does not accept the user name and password'
  const isFinal = status < 500 && !passing.has(status)
  return new ConnectError(
    'SLUICE_PROXY',
    `the proxy ${proxy.origin} refused with ${statusLine(status)}${hint}`,
    undefined,
    isFinal,
  )
}

/**
 * Requests a tunnel to `authority` from a proxy (RFC 9110 section 9.3.6), and resolves with the connection through it.
 *
 * @throws ConnectError if the proxy refuses, closes or does not answer in HTTP; the reason of `stop`
 */
export function openTunnel(
  proxy: ProxyAddress,
  socket: Socket,
  authority: string,
  stop: Cancellation,
): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const fail = (error: unknown): void => {
      stopListening()
      asking.destroy()
      socket.destroy()
      reject(error)
    }
    const headers = {
      host: authority,
      ...(proxy.authorization === undefined ? undefined : { 'proxy-authorization': proxy.authorization }),
    }
    const asking = request({ method: 'CONNECT', path: authority, headers, createConnection: () => socket })
    const stopListening = stop.onCancel(fail)
    asking.once('error', (cause: Error) => {
      const message = `the proxy ${proxy.origin} opened no tunnel to ${authority}: ${cause.message}`
      fail(new ConnectError('SLUICE_PROXY', message, cause))
    })
    asking.once('connect', ({ statusCode = 0 }: IncomingMessage, _socket: Socket, head: Buffer) => {
      if (statusCode < 200 || statusCode > 299) {
        fail(proxyRefusal(proxy, statusCode))
        return
      }
      stopListening()
      if (head.length > 0) socket.unshift(head)
      resolve(socket)
    })
    asking.end()
  })
}
