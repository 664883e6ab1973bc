/** A reverse proxy that is compared, in processes of its own. */
export interface ReverseProxy {
  readonly name: string
  /** File without which it is left out. */
  readonly needs?: string
  /** Features of the gateway that it lacks. */
  readonly lacks: string
  /** Command that serves `upstream` on `port` until it is killed; `folder` is for its files. */
  readonly command: (place: ProxyPlace) => readonly string[]
}

export interface ProxyPlace {
  /** Origin of the server behind it. */
  readonly upstream: string
  readonly port: number
  /** For files of its own; removed at the end. */
  readonly folder: string
}
