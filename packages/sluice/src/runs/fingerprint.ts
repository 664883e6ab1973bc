import { createHash, type Hash } from 'node:crypto'
import type { SourceItem } from '../client/bulk/source.ts'
import type { RequestInput } from '../http/request.ts'

/** Knows a sequence of items again by a digest (SHA-256) of all of them so far. */
export class Fingerprint {
  readonly #hash: Hash = createHash('sha256')

  add(item: SourceItem): void {
    this.#hash.update('request' in item ? `${textOf(item.request)}\n` : `bad ${item.id}\n`)
  }

  /** Of what was added so far; more may be added. */
  get digest(): string {
    return this.#hash.copy().digest('base64url')
  }
}

function textOf(request: RequestInput): string {
  return typeof request === 'string' ? request : (JSON.stringify(request, plain) ?? '')
}

/** Bytes written as numbers one by one would take ten times as long. JSON has no bigint. */
function plain(_name: string, value: unknown): unknown {
  if (typeof value === 'bigint') return `${value}n`
  return value instanceof Uint8Array ? createHash('sha256').update(value).digest('base64url') : value
}
