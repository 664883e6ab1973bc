/**
 * Masks secrets in URLs and headers, and reads JSON with all digits of its numbers.
 *
 * @module sluice/http
 */

export { parseJson } from './json/parse-json.ts'
export { writeJson } from './json/write-json.ts'
export { redactHeaders, redactUrl } from './redact.ts'
