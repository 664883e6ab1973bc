/** A request as it arrives. */
export interface SimulatorRequest {
  readonly method: string
  /** With its query. */
  readonly path: string
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  readonly body?: Uint8Array | undefined
  /** Where the client reaches this API: `https://api.test`. @default 'http://' and the `host` of the headers */
  readonly origin?: string | undefined
  /** Where it comes from. */
  readonly address?: string | undefined
}
