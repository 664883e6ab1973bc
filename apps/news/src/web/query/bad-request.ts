/** What was asked cannot be done; the message says why, to a reader, and repeats nothing that was sent. */
export class BadRequest extends Error {
  override readonly name = 'BadRequest'
  readonly status: 400 | 403 | 413 | 415

  constructor(message: string, status: 400 | 403 | 413 | 415 = 400) {
    super(message)
    this.status = status
  }
}
