import type { Clock } from '../time/clock.ts'
import type { Transport } from '../transport/transport.ts'

/** How long a transport may take to close, in ms. */
const closeTime = 1_000

/** Closes a transport, which may be anybody's: one that does not end is not waited for. @throws what it throws. */
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
