import { once } from 'node:events'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createAdaptorServer } from '@hono/node-server'
import type { Hono } from 'hono'
import { SettingsError } from 'sluice'

/** Address of the reader. */
export interface ServeNewsOptions {
  readonly app: Hono
  /** 0 selects a free port. */
  readonly port: number
  /** Loopback address: anyone who can reach the reader can read and mark everything. @default '127.0.0.1' */
  readonly host?: '127.0.0.1' | '::1' | 'localhost' | undefined
}

/** A running reader. */
export interface ServedNews {
  readonly url: string
  /** Stops immediately: closes all connections and frees the port. Further calls have no effect. */
  close(): Promise<void>
}

/** Serves the reader on this machine. @throws SettingsError if the host is not loopback or the port is in use. */
export async function serveNews({ app, port, host = '127.0.0.1' }: ServeNewsOptions): Promise<ServedNews> {
  if (!['127.0.0.1', '::1', 'localhost'].includes(host))
    throw new SettingsError(`host: expected 127.0.0.1, ::1 or localhost, since the reader has no password; got ${host}`)
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new SettingsError(`port: expected a whole number from 0 to 65535; got ${port}`)
  const server = createAdaptorServer({ fetch: app.fetch, overrideGlobalObjects: false }) as Server
  server.listen(port, host)
  try {
    await once(server, 'listening')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    throw new SettingsError(
      `port ${port} of ${host} cannot be used (${code}); choose another one, or end the program that uses it`,
    )
  }
  const { port: taken } = server.address() as AddressInfo
  let closed: Promise<void> | undefined
  return {
    url: `http://${host === '::1' ? '[::1]' : host}:${taken}/`,
    close: () =>
      (closed ??= new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      })),
  }
}
