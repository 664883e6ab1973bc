import { createHash } from 'node:crypto'
import { resolve } from 'node:path'
import {
  BodyError,
  type CallResult,
  type Client,
  type RequestInput,
  SluiceError,
  type Success,
  UnfinishedError,
} from 'sluice'
import { BodyInFile, messageOf, resultPages } from 'sluice/internal'
import type { RunStore, StoredRun } from 'sluice/stores'
import type { FetchFlags } from '../flags/fetch-flags.ts'
import { type BodyFile, type BodyFiles, namesDiffer, openBodyFiles, type PartFile } from '../outputs/body-files.ts'
import { KeptParts } from '../outputs/kept-parts.ts'
import type { FetchPlan } from '../plan/fetch-plan.ts'
import { comesAsStream, download, downloadLimits, rangeFrom } from './download.ts'
import { fileTemplate, writtenFiles } from './run-places.ts'

/** An item in progress. */
interface OpenBody {
  readonly file: BodyFile
  /** Digest of its request. */
  readonly request: string
}

export interface StoredBodiesParts {
  readonly folder: string
  readonly flags: FetchFlags
  readonly plan: FetchPlan
  /** Called when a file cannot be written. */
  readonly onFault: (fault: unknown) => void
}

/** Body files of a stored run: bodies that were cut off or killed are resumed by the next session. */
export class StoredBodies {
  /** True if bodies are streamed to files, and not kept in the store. */
  readonly isStream: boolean
  readonly #open = new Map<number, OpenBody>()
  readonly #plan: FetchPlan
  readonly #onFault: (fault: unknown) => void
  readonly #parts: KeptParts
  readonly #claim: BodyFiles['claim']

  /** @throws SettingsError for an unusable folder or name template */
  static async open(settings: StoredBodiesParts, store: RunStore, run: StoredRun): Promise<StoredBodies> {
    const { folder, flags } = settings
    const template = fileTemplate(flags)
    const earlier = namesDiffer(template) || run.succeeded === 0 ? [] : await writtenBodies(store, run)
    const files = await openBodyFiles(folder, template, [...writtenFiles(flags), ...earlier])
    const tag = createHash('sha256').update(run.keySeed).digest('hex').slice(0, 12)
    return new StoredBodies(settings, await KeptParts.open(folder, tag), files.claim)
  }

  private constructor(settings: StoredBodiesParts, parts: KeptParts, claim: BodyFiles['claim']) {
    const { flags, plan, onFault } = settings
    this.#plan = plan
    this.#onFault = onFault
    this.#parts = parts
    this.#claim = claim
    this.isStream = comesAsStream(flags, plan)
  }

  /** Prepares a request to stream its body, and to resume an existing part. Must be called in input order. */
  prepare(input: RequestInput, index: number): RequestInput {
    const spec = typeof input === 'string' || input instanceof URL ? { url: input } : input
    const url = String(spec.url)
    const file = this.#claim({ index, id: String(spec.id ?? url), url })
    const request = createHash('sha256')
      .update(`${spec.method ?? 'GET'} ${url}`)
      .digest('base64url')
    this.#open.set(index, { file, request })
    if (!this.isStream) return spec
    const found = hasRange(spec) ? undefined : this.#parts.found(index, request)
    const rest = found === undefined ? undefined : rangeFrom(found.size, found.validator)
    return {
      ...spec,
      readAs: 'stream',
      ...(rest === undefined ? undefined : { headers: { ...spec.headers, ...rest } }),
    }
  }

  /**
   * Streams a body to its file. A file that cannot be written ends the run, and leaves the item undone.
   *
   * @throws SluiceError of the body, or of the request for its rest
   */
  async download(result: Success, client: Client, signal: AbortSignal): Promise<BodyInFile> {
    const { index, headers } = result
    const { file, request } = this.#open.get(index)!
    const found = this.#parts.found(index, request)
    const options = {
      client,
      signal,
      ...downloadLimits(this.#plan),
      validator: found?.validator,
      onLarge: (validator: string) => this.#parts.note(index, { request, validator }),
    }
    try {
      const path = await file.store((part: PartFile) => download(result, part, options), headers['content-type'], {
        path: this.#parts.pathOf(index),
        size: found?.size ?? 0,
        staysAfter: (error) => this.#parts.isNoted(index) && canContinue(error),
      })
      await this.#parts.forget(index)
      // Exports may run in another folder.
      return new BodyInFile(resolve(path))
    } catch (fault) {
      if (!canContinue(fault)) await this.#parts.forget(index)
      if (fault instanceof SluiceError || signal.aborted) throw fault
      this.#onFault(fault)
      throw new UnfinishedError(messageOf(fault))
    }
  }

  /** Writes a buffered body. */
  async keep(result: CallResult): Promise<void> {
    const open = this.#open.get(result.index)
    this.#open.delete(result.index)
    if (!this.isStream && result.ok) await open!.file.store(result.body ?? result.value, result.headers['content-type'])
  }
}

function canContinue(error: unknown): boolean {
  return !(error instanceof BodyError) || error.code === 'SLUICE_BODY_TRUNCATED'
}

function hasRange({ headers = {} }: { readonly headers?: Readonly<Record<string, unknown>> | undefined }): boolean {
  return Object.keys(headers).some((name) => name.toLowerCase() === 'range')
}

/** Files of earlier sessions, whose names no other item may use. */
async function writtenBodies(store: RunStore, run: StoredRun): Promise<string[]> {
  const paths: string[] = []
  for await (const page of resultPages(store, run.id, { ok: true }))
    for (const { bodyKind, body } of page) if (bodyKind === 'file') paths.push(new TextDecoder().decode(body))
  return paths
}
