import type { ReadStream } from 'node:tty'

/** What the keys do while a run goes on. */
export interface KeyActions {
  pause(): void
  more(): void
  fewer(): void
  errors(): void
  drain(): void
  interrupt(): void
}

/** Keys that are shown once, so that people know them. */
export const keyHelp = 'keys: p pause, + and - concurrency, e errors, q finish what is in flight and stop'

/** Listens to single keys on a terminal. Returns how to give the terminal back. */
export function listenToKeys(terminal: ReadStream, actions: KeyActions): () => void {
  const onData = (bytes: Buffer): void => {
    for (const key of bytes.toString('utf8')) actionFor(key, actions)?.()
  }
  terminal.setRawMode(true)
  terminal.on('data', onData)
  terminal.resume()
  return () => {
    terminal.off('data', onData)
    terminal.setRawMode(false)
    terminal.pause()
  }
}

function actionFor(key: string, actions: KeyActions): (() => void) | undefined {
  switch (key) {
    case 'p':
      return () => actions.pause()
    case '+':
      return () => actions.more()
    case '-':
      return () => actions.fewer()
    case 'e':
      return () => actions.errors()
    case 'q':
      return () => actions.drain()
    // In raw mode Ctrl-C is a key and no signal.
    case '\u0003':
      return () => actions.interrupt()
    default:
      return undefined
  }
}
