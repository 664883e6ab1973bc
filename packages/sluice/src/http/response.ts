/** A whole answer. */
export interface ApiResponse {
  readonly status: number
  /** Names in lower case. A field that came more than once is joined with `, `; `set-cookie` with a line break. */
  readonly headers: Readonly<Record<string, string>>
  /** Decoded: `content-encoding` has been undone. */
  readonly body: Uint8Array
}

/** Whether a value from foreign code is a whole answer: a status of three digits, headers as text, and bytes. Throws what its getters throw. */
export function isApiResponse(value: unknown): value is ApiResponse {
  if (typeof value !== 'object' || value === null) return false
  const { status, headers, body } = value as Partial<Record<keyof ApiResponse, unknown>>
  if (!Number.isInteger(status) || (status as number) < 100 || (status as number) > 999) return false
  if (!(body instanceof Uint8Array) || typeof headers !== 'object' || headers === null) return false
  for (const name in headers) if (typeof (headers as Record<string, unknown>)[name] !== 'string') return false
  return true
}

/** The reason phrases of RFC 9110 section 15 and RFC 6585. */
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

/** `404 Not Found`; a status without a registered phrase stands alone. */
export function statusLine(status: number): string {
  const phrase = reasonPhrases.get(status)
  return phrase === undefined ? String(status) : `${status} ${phrase}`
}
