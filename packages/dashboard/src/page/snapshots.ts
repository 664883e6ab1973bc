/** Kinds of messages: a snapshot, an error of the server, an open connection, a lost one, a refusal. */
type Heard = 'picture' | 'trouble' | 'open' | 'error' | 'refused'

type Hear = (kind: Heard, data: string) => void

/** Milliseconds until a stream is asked for again that the server has refused. */
const refusedMs = 3_000

/** Stream of snapshots, reconnected until it is closed. */
class Snapshots {
  readonly #hear: Hear
  #events!: EventSource
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(hear: Hear) {
    this.#hear = hear
    this.#open()
  }

  get isOpen(): boolean {
    return this.#events.readyState === EventSource.OPEN
  }

  close(): void {
    clearTimeout(this.#timer)
    this.#events.close()
  }

  #open(): void {
    this.#events = new EventSource('events')
    for (const kind of ['picture', 'trouble'] as const) {
      this.#events.addEventListener(kind, ({ data }) => this.#hear(kind, data as string))
    }
    this.#events.addEventListener('open', () => this.#hear('open', ''))
    this.#events.addEventListener('error', () => {
      // Browsers reconnect by themselves, but not after a refusal.
      const isRefused = this.#events.readyState === EventSource.CLOSED
      if (isRefused) this.#timer = setTimeout(() => this.#open(), refusedMs)
      this.#hear(isRefused ? 'refused' : 'error', '')
    })
  }
}

/** Port of a page in the shared worker. */
interface Port {
  onmessage: ((event: { readonly data: unknown }) => void) | null
  postMessage(message: readonly [kind: Heard, data: string] | 'close'): void
}

/** The shared worker: one stream for all tabs with its page, since a browser opens at most six connections to a server. */
export function shareSnapshots(worker: object): void {
  const ports = new Set<Port>()
  let stream: Snapshots | undefined
  let last: string | undefined
  const hear: Hear = (kind, data) => {
    if (kind === 'picture') last = data
    for (const port of ports) port.postMessage([kind, data])
  }
  Object.assign(worker, {
    onconnect: ({ ports: [port] }: { readonly ports: readonly [Port] }) => {
      ports.add(port)
      port.onmessage = () => {
        ports.delete(port)
        if (ports.size > 0) return
        stream?.close()
        stream = undefined
        last = undefined
      }
      if (stream?.isOpen === true) port.postMessage(['open', ''])
      if (last !== undefined) port.postMessage(['picture', last])
      stream ??= new Snapshots(hear)
    },
  })
}

/** Opens the stream of snapshots of this page, by way of its shared worker if the browser has such. Returns its end. */
export function followSnapshots(hear: Hear): () => void {
  if (typeof SharedWorker === 'undefined') {
    const stream = new Snapshots(hear)
    return () => stream.close()
  }
  const { port } = new SharedWorker('page.js', { type: 'module', name: location.pathname })
  port.onmessage = ({ data: [kind, data] }: MessageEvent<[Heard, string]>) => hear(kind, data)
  const close = (): void => port.postMessage('close')
  addEventListener('pagehide', close, { once: true })
  return close
}
