/** What a source's error means for what follows: `limited` and `refused` end the asking, the others cost one answer. */
export type SourceErrorKind = 'malformed' | 'failed' | 'refused' | 'limited'

/** A source answered with something else than what was promised. The message is one line in our own words, so that it has no secrets. */
export class SourceError extends Error {
  override readonly name = 'SourceError'
  readonly kind: SourceErrorKind

  constructor(message: string, kind: SourceErrorKind = 'malformed') {
    super(message)
    this.kind = kind
  }
}
