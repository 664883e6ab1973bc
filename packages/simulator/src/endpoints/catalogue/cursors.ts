import { createHmac } from 'node:crypto'

/** Where a list goes on: after which product, and with which it ends. */
export interface CursorPlace {
  readonly after: number
  readonly last: number
}

/** Cursors that clients cannot read, and cannot make up. */
export class Cursors {
  readonly #secret: string

  constructor(seed: number) {
    this.#secret = `cursors ${seed}`
  }

  write({ after, last }: CursorPlace): string {
    const place = `${after}.${last}`
    return Buffer.from(`${place}.${this.#sign(place)}`).toString('base64url')
  }

  /** Nothing, if it was not written here. */
  read(cursor: string): CursorPlace | undefined {
    const match = /^(\d{1,15})\.(\d{1,15})\./.exec(Buffer.from(cursor, 'base64url').toString('latin1'))
    if (match === null) return undefined
    const place = { after: Number(match[1]), last: Number(match[2]) }
    return this.write(place) === cursor ? place : undefined
  }

  #sign(place: string): string {
    return createHmac('sha256', this.#secret).update(place).digest('base64url').slice(0, 12)
  }
}
