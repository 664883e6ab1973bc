import type { ServerHttp2Session, ServerHttp2Stream } from 'node:http2'
import type { Clock } from 'sluice'
import type { Timer } from 'sluice/internal'
import type { Scenario } from '../scenario/scenario.ts'

/**
 * Ends a connection of HTTP/2 with a goodbye (GOAWAY): after so many streams, or when it was without one for so long.
 *
 * Streams that were there before are answered; those that cross with the goodbye were not looked at, and it says so.
 */
export function sayGoodbye(
  session: ServerHttp2Session,
  { idle, requests = Number.POSITIVE_INFINITY }: Scenario['keepAlive'],
  clock: Clock,
): void {
  let streams = 0
  let open = 0
  let timer: Timer | undefined
  const wait = () => {
    if (!session.closed && !session.destroyed) timer = clock.timer(idle, () => session.close())
  }
  session.on('stream', (stream: ServerHttp2Stream) => {
    timer?.cancel()
    streams++
    open++
    stream.on('close', () => {
      open--
      if (open === 0) wait()
    })
    if (streams === requests) session.close()
  })
  session.on('close', () => timer?.cancel())
  wait()
}
