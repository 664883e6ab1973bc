/** A request as it arrives. */
export interface SimulatorRequest {
  readonly method: string
  /** Path with query. */
  readonly path: string
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  readonly body?: Uint8Array | undefined
  /** Origin under which the client reaches this API: `https://api.test`. @default 'http://' and the `host` header */
  readonly origin?: string | undefined
  /** Address of the client. */
  readonly address?: string | undefined
}
