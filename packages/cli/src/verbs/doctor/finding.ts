/** Result of one check. */
export interface Finding {
  readonly subject: string
  readonly state: 'ok' | 'warning' | 'failure'
  readonly text: string
  /** Advice for people; missing if all is well. */
  readonly advice?: string
}

/** Lines for people, one per finding, followed by its advice. */
export function findingLines(findings: readonly Finding[]): string {
  const width = Math.max(...findings.map(({ subject }) => subject.length))
  return findings
    .map(({ subject, state, text, advice }) => {
      const line = `${marks[state]}  ${subject.padEnd(width)}  ${text}\n`
      return advice === undefined ? line : `${line}${' '.repeat(9 + width + 2)}${advice}\n`
    })
    .join('')
}

const marks = { ok: 'ok     ', warning: 'warning', failure: 'failure' } as const
