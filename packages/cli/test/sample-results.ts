// Parts of results that tests of outputs begin with.

export const sampleTiming = { queued: 0.44, backoff: 0, connect: 0.6, firstByte: 202.46, body: 0.2, total: 203.149 }

export const sampleRequest = {
  id: '1',
  method: 'GET',
  url: 'https://api.example.com/1',
  headers: {},
  readAs: 'auto',
  partition: 'https://api.example.com',
  weight: 1,
  priority: 0,
} as const

export const sampleAttempt = {
  number: 1,
  verdict: 'success',
  startedAfter: 0,
  queued: 0,
  connect: 0,
  firstByte: 0,
  duration: 203,
  requests: 1,
} as const

/** Columns of a whole record that may be empty, all of them empty. */
export const emptyColumns = {
  url: null,
  method: null,
  status: null,
  queued: null,
  backoff: null,
  connect: null,
  first_byte: null,
  body_ms: null,
  headers: null,
  meta: null,
  data: null,
  text: null,
  bytes: null,
  file: null,
  error_code: null,
  error_message: null,
  attempt_ms: null,
  started_at: null,
  protocol: null,
  error_body: null,
  retry_at: null,
}
