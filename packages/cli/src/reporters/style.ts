import { styleText } from 'node:util'

/** How text may be shown on one stream. */
export interface Style {
  readonly colour: boolean
  /** Only ASCII. */
  readonly ascii: boolean
}

export interface StreamFacts {
  readonly isTTY: boolean
  readonly env: NodeJS.ProcessEnv
  /** `--color`. */
  readonly when: string
}

/** Colour only where somebody can see it: NO_COLOR, FORCE_COLOR, TERM=dumb and `--color` are obeyed. */
export function styleOf({ isTTY, env, when }: StreamFacts): Style {
  const isDumb = env.TERM === 'dumb'
  const forced = when === 'always' || (when === 'auto' && (env.FORCE_COLOR ?? '') !== '' && env.FORCE_COLOR !== '0')
  const refused = when === 'never' || ((env.NO_COLOR ?? '') !== '' && when !== 'always') || isDumb
  const isUtf8 = /utf-?8/i.test(env.LC_ALL || env.LC_CTYPE || env.LANG || '')
  return { colour: forced || (isTTY && !refused), ascii: isDumb || !(isUtf8 || process.platform === 'darwin') }
}

type Format = Parameters<typeof styleText>[0]

/** The text in this format, or as it is where colour is off. */
export function paint(style: Style, format: Format, text: string): string {
  return style.colour ? styleText(format, text, { validateStream: false }) : text
}
