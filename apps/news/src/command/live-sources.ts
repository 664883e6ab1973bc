import { stat } from 'node:fs/promises'
import { Cancellation, systemClock, waitFor } from 'sluice/internal'
import type { SourceAdapter } from '../model/source.ts'
import { loadSettings } from '../settings/settings-file.ts'
import { type OwnSources, ownSources, type Reader } from './reader.ts'

/** Milliseconds between two checks of the file. */
const interval = 1_000

type Given = Pick<Reader, 'sources' | 'off' | 'settings' | 'settingsPath'>

/** Sources of the current `sources.json`. If the file cannot be read, the previous sources stay in use. */
export class LiveSources implements AsyncDisposable {
  readonly #path: string | undefined
  readonly #env: NodeJS.ProcessEnv
  readonly #stopping = new Cancellation()
  #own: OwnSources
  /** Settings that the current sources come from, and the state of the file when it was read. */
  #settings: string
  #seen = ''
  #watching: Promise<void> = Promise.resolve()
  #onChange = (): void => {}

  constructor({ sources, off, settings, settingsPath }: Given, env: NodeJS.ProcessEnv) {
    this.#path = settingsPath
    this.#env = env
    this.#own = { on: sources, off }
    this.#settings = JSON.stringify(settings)
  }

  get sources(): readonly SourceAdapter[] {
    return this.#own.on
  }

  /** Sources that are switched off, each with the reason. */
  get off(): OwnSources['off'] {
    return this.#own.off
  }

  /** Starts watching the file. Calls `onChange` after the sources changed, and `onError` if the file is invalid. */
  watch(onChange: () => void, onError: (error: unknown) => void): void {
    if (this.#path === undefined) return
    this.#onChange = onChange
    const look = async (): Promise<void> => {
      while (await waitFor(systemClock, interval, this.#stopping)) {
        try {
          await this.update()
        } catch (error) {
          onError(error)
        }
      }
    }
    this.#watching = look()
  }

  /** Reads the file if it has changed. @throws SettingsError if it is invalid */
  async update(): Promise<void> {
    if (this.#path !== undefined && (await this.#read(this.#path))) this.#onChange()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping.cancel('closed')
    await this.#watching
  }

  /** Returns true if the settings have changed. */
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
