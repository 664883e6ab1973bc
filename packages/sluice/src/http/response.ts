/** Response with its whole body. */
export interface ApiResponse {
  readonly status: number
  /** Headers with names in lower case. Repeated fields are joined with `, `; `set-cookie` with a line break. */
  readonly headers: Readonly<Record<string, string>>
  /** Body with `content-encoding` decoded. */
  readonly body: Uint8Array
}

/** Reason why a value from foreign code is not a valid response; `undefined` if it is. Never throws. */
export function responseProblem(value: unknown): string | undefined {
  try {
    if (typeof value !== 'object' || value === null) return `expected a response, got ${nameOf(value)}`
    const { status, headers, body } = value as Partial<Record<keyof ApiResponse, unknown>>
    if (!Number.isInteger(status) || (status as number) < 100 || (status as number) > 999) {
      return `expected a status from 100 to 999, got ${nameOf(status)}`
    }
    if (typeof headers !== 'object' || headers === null) return `expected headers as an object, got ${nameOf(headers)}`
    for (const name in headers) {
      const text = (headers as Record<string, unknown>)[name]
      if (typeof text !== 'string') return `expected text as the header ${name}, got ${nameOf(text)}`
    }
    return body instanceof Uint8Array ? undefined : `expected a body of bytes (Uint8Array), got ${nameOf(body)}`
  } catch {
    return 'expected a response, got an object whose fields cannot be read'
  }
}

function nameOf(value: unknown): string {
  if (value === null || typeof value === 'number' || typeof value === 'undefined') return String(value)
  return typeof value === 'object' ? (value.constructor?.name ?? 'an object') : typeof value
}

/** Reason phrases of RFC 9110 section 15 and RFC 6585. */
const reasonPhrases: ReadonlyMap<number, string> = new Map([
  [200, 'OK'],
  [201, 'Created'],
  [202, 'Accepted'],
  [203, 'Non-Authoritative Information'],
  [204, 'No Content'],
  [205, 'Reset Content'],
  [206, 'Partial Content'],
  [300, 'Multiple Choices'],
  [301, 'Moved Permanently'],
  [302, 'Found'],
  [303, 'See Other'],
  [304, 'Not Modified'],
  [307, 'Temporary Redirect'],
  [308, 'Permanent Redirect'],
  [400, 'Bad Request'],
  [401, 'Unauthorized'],
  [402, 'Payment Required'],
  [403, 'Forbidden'],
  [404, 'Not Found'],
  [405, 'Method Not Allowed'],
  [406, 'Not Acceptable'],
  [407, 'Proxy Authentication Required'],
  [408, 'Request Timeout'],
  [409, 'Conflict'],
  [410, 'Gone'],
  [411, 'Length Required'],
  [412, 'Precondition Failed'],
  [413, 'Content Too Large'],
  [414, 'URI Too Long'],
  [415, 'Unsupported Media Type'],
  [416, 'Range Not Satisfiable'],
  [417, 'Expectation Failed'],
  [421, 'Misdirected Request'],
  [422, 'Unprocessable Content'],
  [425, 'Too Early'],
  [426, 'Upgrade Required'],
  [428, 'Precondition Required'],
  [429, 'Too Many Requests'],
  [431, 'Request Header Fields Too Large'],
  [451, 'Unavailable For Legal Reasons'],
  [500, 'Internal Server Error'],
  [501, 'Not Implemented'],
  [502, 'Bad Gateway'],
  [503, 'Service Unavailable'],
  [504, 'Gateway Timeout'],
  [505, 'HTTP Version Not Supported'],
  [511, 'Network Authentication Required'],
])

/** `404 Not Found`; only the number for a status without a registered phrase. */
export function statusLine(status: number): string {
  const phrase = reasonPhrases.get(status)
  return phrase === undefined ? String(status) : `${status} ${phrase}`
}

/** True for a JSON `content-type`: `application/json`, `text/json`, and the `+json` types (RFC 6839). */
export function isJsonType(contentType: string): boolean {
  return /^\s*(application\/json|text\/json|[^\s;][^;]*\+json)\s*(;|$)/i.test(contentType)
}
