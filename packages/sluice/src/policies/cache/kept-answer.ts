/** An answer that was kept, with what it takes to know how old it is. Plain data, but for the body. */
export interface KeptAnswer {
  readonly status: number
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
  /** When it was asked for, in milliseconds since the epoch. */
  readonly requestTime: number
  /** When it came, in milliseconds since the epoch. */
  readonly responseTime: number
}

/** A stored answer without its body. */
export type KeptHead = Omit<KeptAnswer, 'body'>
