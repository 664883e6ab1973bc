import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { connect, createServer, type Server } from 'node:net'

/** Address at which the hosts reach services in this process's network namespace. */
export const address = '10.213.0.1'

/** A simulated host: a network namespace connected to this one. */
export interface Host {
  /** Prefix of a command that runs on the host. */
  readonly enter: readonly string[]
  /** Connects or disconnects its network link. */
  setLine(state: 'up' | 'down'): void
  close(): void
}

/**
 * Creates hosts. Must run in a separate network namespace, which disappears with its processes.
 *
 * @throws Error if `ip` does not work here
 */
export function makeHosts(count: number): readonly Host[] {
  ip('link', 'set', 'lo', 'up')
  ip('address', 'add', `${address}/32`, 'dev', 'lo')
  return Array.from({ length: count }, (_, index) => makeHost(index + 1))
}

function makeHost(number: number): Host {
  const holder: ChildProcess = spawn('unshare', ['--net', 'sleep', '600'], { stdio: 'ignore' })
  holder.unref()
  const pid = String(holder.pid)
  const [ours, theirs] = [`line${number}`, `eth${number}`]
  const enter = ['nsenter', '--target', pid, '--net']
  const there = (...args: readonly string[]): void => {
    execFileSync(enter[0]!, [...enter.slice(1), 'ip', ...args], { stdio: ['ignore', 'ignore', 'inherit'] })
  }
  untilApart(pid)
  ip('link', 'add', 'name', ours, 'type', 'veth', 'peer', 'name', theirs, 'netns', pid)
  ip('address', 'add', `10.213.${number}.1/24`, 'dev', ours)
  ip('link', 'set', ours, 'up')
  there('address', 'add', `10.213.${number}.2/24`, 'dev', theirs)
  there('link', 'set', 'lo', 'up')
  there('link', 'set', theirs, 'up')
  there('route', 'add', 'default', 'via', `10.213.${number}.1`)
  return {
    enter,
    setLine: (state) => ip('link', 'set', ours, state),
    close: () => {
      holder.kill('SIGKILL')
    },
  }
}

/** Waits up to two seconds until a process has left this namespace. */
function untilApart(pid: string): void {
  const own = namespaceOf('self')
  for (let look = 0; look < 200; look++) {
    if (namespaceOf(pid) !== own) return
    execFileSync('sleep', ['0.01'])
  }
  throw new Error(`process ${pid} has got no network of its own`)
}

function namespaceOf(pid: string): string {
  return execFileSync('readlink', [`/proc/${pid === 'self' ? process.pid : pid}/ns/net`]).toString()
}

function ip(...args: readonly string[]): void {
  execFileSync('ip', args, { stdio: ['ignore', 'ignore', 'inherit'] })
}

/** Forwards a port of `address` to a server on loopback, for the other hosts. Returns the port. */
export async function openDoor(port: number): Promise<{ readonly port: number; readonly server: Server }> {
  const server = createServer((visitor) => {
    const inside = connect(port, '127.0.0.1')
    for (const socket of [visitor, inside]) socket.on('error', () => undefined)
    visitor.on('close', () => inside.destroy())
    inside.on('close', () => visitor.destroy())
    visitor.pipe(inside).pipe(visitor)
  })
  await new Promise<void>((resolve) => server.listen(0, address, resolve))
  return { port: (server.address() as { readonly port: number }).port, server }
}
