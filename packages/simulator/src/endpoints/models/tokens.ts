import { isObject } from 'sluice/internal'

/** A prompt as the practice models see it. */
export interface Prompt {
  readonly model: string
  /** Tokens of all texts: a quarter of the characters, rounded up. */
  readonly tokens: number
  /** Requested tokens of the reply; the reply always has exactly this many. */
  readonly maxTokens: number
  readonly isStream: boolean
  /** True if a stream ends with the usage (OpenAI's `stream_options`). */
  readonly includesUsage: boolean
}

const charactersPerToken = 4
const defaultMaxTokens = 16
const mostTokens = 100_000

/** Prompt in a body of `POST /v1/chat/completions` or `/v1/messages`; undefined if the body has none. */
export function readPrompt(body: unknown): Prompt | undefined {
  if (!isObject(body) || !Array.isArray(body.messages) || body.messages.length === 0) return undefined
  const maxTokens = body.max_completion_tokens ?? body.max_tokens ?? defaultMaxTokens
  if (typeof maxTokens !== 'number' || !Number.isInteger(maxTokens) || maxTokens < 1 || maxTokens > mostTokens) {
    return undefined
  }
  const characters = body.messages.reduce((sum, message) => sum + charactersOf(message), charactersOf(body.system))
  return {
    model: typeof body.model === 'string' ? body.model : 'practice-1',
    tokens: Math.ceil(characters / charactersPerToken),
    maxTokens,
    isStream: body.stream === true,
    includesUsage: isObject(body.stream_options) && body.stream_options.include_usage === true,
  }
}

/** Reply text: each word with its space counts as one token. */
export function reply(tokens: number): string {
  return 'yes '.repeat(tokens)
}

/** The reply in at most eight pieces, for a stream. */
export function pieces(tokens: number): readonly string[] {
  const size = Math.ceil(tokens / 8)
  return Array.from({ length: Math.ceil(tokens / size) }, (_, index) => reply(Math.min(size, tokens - index * size)))
}

/** Number of characters of a text, of a list of parts, or of a message that contains either. */
function charactersOf(content: unknown): number {
  if (typeof content === 'string') return content.length
  if (Array.isArray(content)) return content.reduce((sum, part) => sum + charactersOf(part), 0)
  return isObject(content) ? charactersOf(content.content ?? content.text) : 0
}
