/** What a final status, or the code of an error, says of a result. */
export type StatusKind = 'good' | 'bad' | 'refused' | 'calm'

/** 429 is a refusal; what is no status is the code of an error. */
export function kindOf(status: string): StatusKind {
  if (status === '429') return 'refused'
  if (/^2\d\d$/.test(status)) return 'good'
  return /^[13]\d\d$/.test(status) ? 'calm' : 'bad'
}
