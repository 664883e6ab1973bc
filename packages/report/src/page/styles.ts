import { createHash } from 'node:crypto'
import { dark, light, properties } from './colours.ts'
import { layoutStyles } from './layout-styles.ts'
import { plotStyles } from './plot-styles.ts'

/** The one style sheet of a page. */
export const styles: string = `
:root{color-scheme:light dark;${properties(light)}}
@media screen and (prefers-color-scheme:dark){:root{${properties(dark)}}}
${layoutStyles}${plotStyles}`

/** Names this style sheet to the browser, which then takes no other one. */
export const styleHash: string = `sha256-${createHash('sha256').update(styles).digest('base64')}`
