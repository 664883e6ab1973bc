import type { ClientHttp2Session, Settings } from 'node:http2'

/** Receive windows in bytes, per stream and per session. Enough for 1 Gbit/s at 100 ms. */
const streamWindow = 4 * 1024 * 1024
const sessionWindow = 16 * 1024 * 1024
/** Minimum window of a stream. */
const leastWindow = 64 * 1024

/** Initial settings of a session. */
export const firstSettings: Settings = {
  enablePush: false,
  initialWindowSize: streamWindow,
  maxHeaderListSize: 256 * 1024,
}

/**
 * Stream windows of a session. Bytes that a slow reader has not consumed wait in memory, so streamed bodies
 * share the window of the session.
 */
export class ReceiveWindow {
  readonly #session: ClientHttp2Session
  #readers = 0
  #size = streamWindow

  constructor(session: ClientHttp2Session) {
    this.#session = session
    session.setLocalWindowSize(sessionWindow)
    session.on('localSettings', () => this.#adapt())
  }

  /** A streamed body starts. */
  addReader(): void {
    this.#readers++
    this.#adapt()
  }

  removeReader(): void {
    if (--this.#readers === 0) this.#adapt()
  }

  /** Halves the window each time the number of readers doubles, and restores it when the last one is gone. */
  #adapt(): void {
    const session = this.#session
    if (session.pendingSettingsAck || session.destroyed || session.closed) return
    const share = sessionWindow / 2 ** Math.ceil(Math.log2(Math.max(1, this.#readers)))
    const size = Math.max(leastWindow, Math.min(this.#readers === 0 ? streamWindow : this.#size, share))
    if (size === this.#size) return
    this.#size = size
    session.settings({ ...firstSettings, initialWindowSize: size })
  }
}
