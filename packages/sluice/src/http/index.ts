/**
 * Masking of secrets in URLs and headers.
 *
 * @module sluice/http
 */

export { redactHeaders, redactUrl } from './redact.ts'
