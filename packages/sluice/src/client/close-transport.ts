import type { Clock } from '../time/clock.ts'
import type { Transport } from '../transport/transport.ts'

/** Maximum time in ms for a transport to close. */
const closeTime = 1_000

/** Closes a transport, custom ones included, and waits at most `closeTime`. @throws errors of the transport. */
export async function closeTransport(transport: Transport, clock: Clock): Promise<void> {
  let giveUp = (): void => {}
  const given = new Promise<void>((resolve) => {
    giveUp = resolve
  })
  const timer = clock.timer(closeTime, giveUp)
  try {
    await Promise.race([transport.close(), given])
  } finally {
    timer.cancel()
  }
}
