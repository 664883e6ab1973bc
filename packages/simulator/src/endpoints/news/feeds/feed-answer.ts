import { createHash } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import type { Answer, Question } from '../../../faults/answer.ts'
import { contentOf } from '../../../faults/content.ts'
import { httpDate } from '../../../refusal.ts'
import { preconditions } from '../../catalogue/preconditions.ts'

/** A file with its modification date. */
export interface FeedFile {
  readonly type: string
  readonly bytes: Uint8Array
  /** Milliseconds since the epoch. */
  readonly lastModified: number
  /** Minutes until the next fetch is useful. */
  readonly ttl: number
}

/** Serves a file as a static file server does: compressed on request, 304 if unchanged. */
export function feedAnswer({ method, headers }: Question, { type, bytes, lastModified, ttl }: FeedFile): Answer {
  const isPacked = /\bgzip\b(?!\s*;\s*q=0(\.0*)?\s*(,|$))/i.test(headers['accept-encoding'] ?? '')
  const body = isPacked ? gzipSync(bytes) : bytes
  // Strong ETag: compressed bytes get a different one.
  const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`
  const common = {
    etag,
    'last-modified': httpDate(lastModified),
    'cache-control': `public, max-age=${ttl * 60}`,
    vary: 'accept-encoding',
  }
  if (preconditions(method, headers, { etag, lastModified }) === 'not-modified') {
    return { status: 304, headers: common, body: contentOf(new Uint8Array()) }
  }
  const coding: Record<string, string> = isPacked ? { 'content-encoding': 'gzip' } : {}
  return { status: 200, headers: { 'content-type': type, ...coding, ...common }, body: contentOf(body) }
}
