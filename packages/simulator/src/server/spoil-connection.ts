import type { Socket } from 'node:net'
import type { ConnectionFault } from '../faults/connection-fault.ts'

/** Makes a connection go wrong before anything was said on it. */
export function spoilConnection(socket: Socket, fault: ConnectionFault): void {
  socket.on('error', () => {})
  switch (fault.kind) {
    case 'reset':
      socket.resetAndDestroy()
      return
    case 'close':
      // What the client says is read: unread, it would turn the close into a reset.
      socket.resume()
      socket.end()
      return
    case 'silent':
      socket.resume()
      // The end of the client is the end of it.
      socket.on('end', () => socket.destroy())
      return
    case 'alert':
      // Not before the client has begun: an alert answers its hello.
      socket.once('data', () => {
        socket.write(Buffer.of(0x15, 0x03, 0x03, 0, 2, 2, fault.alert))
        socket.destroySoon()
      })
  }
}
