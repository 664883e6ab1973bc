import { type Answer, json } from '../../../faults/answer.ts'

/** An error as this API has it: `{ "status": "error", "code": "apiKeyInvalid", "message": "..." }`. */
export function newsapiError(status: number, code: string, message: string): Answer {
  return json(status, { status: 'error', code, message })
}

export function parameterInvalid(name: string, expected: string): Answer {
  return newsapiError(400, 'parameterInvalid', `${name} must be ${expected}`)
}
