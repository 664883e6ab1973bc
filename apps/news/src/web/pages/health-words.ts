import type { SourceHealth } from '../../model/source-health.ts'

/** The state of a source as a sign and in words. */
export interface HealthWords {
  readonly sign: string
  readonly words: string
  readonly tone: 'good' | 'bad' | 'held' | 'calm'
}

/** Says how a source fares. */
export function healthWords({ state, failures }: SourceHealth): HealthWords {
  switch (state) {
    case 'ok':
      return { sign: '✓', words: 'working', tone: 'good' }
    case 'unchanged':
      return { sign: '✓', words: 'working, nothing new', tone: 'good' }
    case 'failing':
      return {
        sign: '✗',
        words: failures > 1 ? `failing, ${failures.toLocaleString('en')} times in a row` : 'failing',
        tone: 'bad',
      }
    case 'limited':
      return { sign: '‖', words: 'waiting for its limit', tone: 'held' }
    case 'off':
      return { sign: '–', words: 'switched off', tone: 'calm' }
    case 'new':
      return { sign: '·', words: 'not asked yet', tone: 'calm' }
  }
}

/** Whether a reader should know of it without asking. */
export function isTroubled({ state }: SourceHealth): boolean {
  return state === 'failing' || state === 'limited'
}
