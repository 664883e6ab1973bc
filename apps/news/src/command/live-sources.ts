import { stat } from 'node:fs/promises'
import { Cancellation, systemClock, waitFor } from 'sluice/internal'
import type { SourceAdapter } from '../model/source.ts'
import { loadSettings } from '../settings/settings.ts'
import { type OwnSources, ownSources, type Reader } from './reader.ts'

/** Milliseconds between two looks at the file. */
const interval = 1_000

type Given = Pick<Reader, 'sources' | 'off' | 'settings' | 'settingsPath'>

/** The sources as `sources.json` has them now. A file that cannot be read leaves them as they were. */
export class LiveSources implements AsyncDisposable {
  readonly #path: string | undefined
  readonly #env: NodeJS.ProcessEnv
  readonly #stopping = new Cancellation()
  #own: OwnSources
  /** The settings that these are the sources of, and the state of the file when it was read. */
  #settings: string
  #seen = ''
  #watching: Promise<void> = Promise.resolve()

  constructor({ sources, off, settings, settingsPath }: Given, env: NodeJS.ProcessEnv) {
    this.#path = settingsPath
    this.#env = env
    this.#own = { on: sources, off }
    this.#settings = JSON.stringify(settings)
  }

  get sources(): readonly SourceAdapter[] {
    return this.#own.on
  }

  /** Sources that are not asked, each with the reason. */
  get off(): OwnSources['off'] {
    return this.#own.off
  }

  /** Looks at the file from now on. `onChange` is called once new sources are there, `onError` with what is wrong in the file. */
  watch(onChange: () => void, onError: (error: unknown) => void): void {
    const path = this.#path
    if (path === undefined) return
    const look = async (): Promise<void> => {
      while (await waitFor(systemClock, interval, this.#stopping)) {
        try {
          if (await this.#read(path)) onChange()
        } catch (error) {
          onError(error)
        }
      }
    }
    this.#watching = look()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping.cancel('closed')
    await this.#watching
  }

  /** True if there are other settings than before. */
  async #read(path: string): Promise<boolean> {
    const { mtimeMs, size, ino } = await stat(path).catch(() => ({ mtimeMs: 0, size: 0, ino: 0 }))
    const seen = [mtimeMs, size, ino].join()
    if (seen === this.#seen) return false
    this.#seen = seen
    const settings = await loadSettings(path)
    const text = JSON.stringify(settings)
    if (text === this.#settings) return false
    this.#own = ownSources(settings, this.#env)
    this.#settings = text
    return true
  }
}
